// A sub-network as a graph on a canvas: the picture at the top, a row of units for each layer, the
// answers at the bottom. Units without a connection are not drawn.
const RECORD = 9; // bytes of a connection: layer, source, target, effect
const SIDE = 168; // of the picture, in CSS pixels
const GAP = 62; // between two rows
const MARGIN = 12;
const REACH = 16; // how near to a unit the pointer must be

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function readLines(text) {
  const data = new DataView(bytes(text).buffer);
  const lines = [];
  for (let at = 0; at < data.byteLength; at += RECORD) {
    lines.push({
      layer: data.getUint8(at),
      source: data.getUint16(at + 1, true),
      target: data.getUint16(at + 3, true),
      effect: data.getFloat32(at + 5, true),
    });
  }
  return lines;
}

class Graph {
  constructor(canvas) {
    this.canvas = canvas;
    this.open = null; // the unit that is followed: { layer, unit }; layer 0 are the pixels
  }

  // Lay out `data` of one network in a column of `width` CSS pixels.
  lay(data, pixels, width) {
    this.data = data;
    this.pixels = bytes(pixels);
    this.lines = readLines(data.lines);
    this.last = data.layers + 1;
    this.width = width;
    this.height = MARGIN + SIDE + GAP * this.last + 30;
    this.into = new Map();
    this.outOf = new Map();
    const add = (map, key, line) => map.set(key, [...(map.get(key) ?? []), line]);
    for (const line of this.lines) {
      add(this.outOf, `${line.layer} ${line.source}`, line);
      add(this.into, `${line.layer + 1} ${line.target}`, line);
    }
    this.places = new Map();
    this.rows = [this.unitsOf(0)];
    for (const pixel of this.rows[0]) {
      const x = (this.width - SIDE) / 2 + ((pixel % 28) + 0.5) * (SIDE / 28);
      this.places.set(`0 ${pixel}`, [x, MARGIN + (Math.floor(pixel / 28) + 0.5) * (SIDE / 28)]);
    }
    for (let layer = 1; layer <= this.last; layer++) this.layRow(layer);
    if (this.open && !this.places.has(`${this.open.layer} ${this.open.unit}`)) this.open = null;
  }

  unitsOf(layer) {
    const units = new Set();
    for (const line of this.lines) {
      if (line.layer === layer) units.add(line.source);
      if (line.layer === layer - 1) units.add(line.target);
    }
    return [...units].sort((a, b) => a - b);
  }

  // Hidden units stand below the middle of what they read, so that few lines cross.
  layRow(layer) {
    const y = MARGIN + SIDE + GAP * layer - (layer === this.last ? 8 : 0);
    const isOutput = layer === this.last;
    const units = isOutput ? this.data.outputs.map((_, i) => i) : this.unitsOf(layer);
    if (!isOutput) {
      const middle = new Map(
        units.map((unit) => {
          const lines = this.into.get(`${layer} ${unit}`) ?? [];
          const sum = lines.reduce((total, line) => total + this.at(layer - 1, line.source)[0], 0);
          return [unit, lines.length ? sum / lines.length : this.width / 2];
        }),
      );
      units.sort((a, b) => middle.get(a) - middle.get(b));
    }
    const step = (this.width - 2 * MARGIN) / units.length;
    units.forEach((unit, i) => this.places.set(`${layer} ${unit}`, [MARGIN + (i + 0.5) * step, y]));
    this.rows.push(units);
  }

  at(layer, unit) {
    return this.places.get(`${layer} ${unit}`);
  }

  // All lines on a path through the open unit.
  path() {
    if (!this.open) return null;
    const found = new Set();
    const walk = (map, end, layer, unit) => {
      for (const line of map.get(`${layer} ${unit}`) ?? []) {
        if (found.has(line)) continue;
        found.add(line);
        walk(map, end, ...end(line));
      }
    };
    walk(this.into, (line) => [line.layer, line.source], this.open.layer, this.open.unit);
    walk(this.outOf, (line) => [line.layer + 1, line.target], this.open.layer, this.open.unit);
    return found;
  }

  paint(colours) {
    const ratio = window.devicePixelRatio || 1;
    const { canvas } = this;
    canvas.width = Math.round(this.width * ratio);
    canvas.height = Math.round(this.height * ratio);
    canvas.style.width = `${this.width}px`;
    canvas.style.height = `${this.height}px`;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.paintPicture(context);
    const path = this.path();
    const largest = Math.max(1e-9, ...this.lines.map((line) => Math.abs(line.effect)));
    const crowd = Math.min(1, 12 / Math.sqrt(this.lines.length + 1));
    for (const line of [...this.lines].reverse()) {
      const strength = Math.sqrt(Math.abs(line.effect) / largest);
      const dim = path && !path.has(line);
      context.globalAlpha = dim ? 0.05 : path ? 0.9 : 0.25 + 0.75 * crowd * strength;
      context.strokeStyle = line.effect < 0 ? colours.against : colours.for;
      context.lineWidth = 0.5 + 2.5 * strength;
      const [x1, y1] = this.at(line.layer, line.source);
      const [x2, y2] = this.at(line.layer + 1, line.target);
      const bend = line.layer ? (y2 - y1) / 2 : GAP;
      context.beginPath();
      context.moveTo(x1, y1);
      context.bezierCurveTo(x1, y1 + bend, x2, y2 - bend, x2, y2);
      context.stroke();
    }
    context.globalAlpha = 1;
    const lit = path && new Set([...path].flatMap((line) => [`${line.layer} ${line.source}`, `${line.layer + 1} ${line.target}`]));
    for (const [key, [x, y]] of this.places) {
      const [layer, unit] = key.split(" ").map(Number);
      if (layer === 0) continue;
      const here = this.open?.layer === layer && this.open.unit === unit;
      context.globalAlpha = lit && !lit.has(key) && !here ? 0.25 : 1;
      context.fillStyle = colours.text;
      context.beginPath();
      context.arc(x, y, here ? 5 : layer === this.last ? 3.5 : 2.5, 0, 7);
      context.fill();
    }
    context.globalAlpha = 1;
    this.paintAnswer(context, colours);
    if (this.open) this.paintRing(context, colours);
  }

  paintPicture(context) {
    const cell = SIDE / 28;
    const left = (this.width - SIDE) / 2;
    context.fillStyle = "#000";
    context.fillRect(left, MARGIN, SIDE, SIDE);
    this.pixels.forEach((level, i) => {
      if (!level) return;
      const grey = Math.round(level * 0.6);
      context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      context.fillRect(left + (i % 28) * cell, MARGIN + Math.floor(i / 28) * cell, cell, cell);
    });
  }

  paintAnswer(context, colours) {
    const unit = this.open?.layer === this.last ? this.open.unit : this.data.label;
    const [x, y] = this.at(this.last, unit);
    const name = this.data.outputs[unit];
    context.font = `600 13px ${colours.font}`;
    const half = context.measureText(name).width / 2;
    context.fillStyle = colours.text;
    context.textAlign = "center";
    context.fillText(name, Math.min(Math.max(x, half), this.width - half), y + 22);
  }

  paintRing(context, colours) {
    const [x, y] = this.at(this.open.layer, this.open.unit);
    context.strokeStyle = colours.accent;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 9, 0, 7);
    context.stroke();
  }

  // The unit under a point of the window, or null.
  under(x, y) {
    const box = this.canvas.getBoundingClientRect();
    let nearest = null;
    let least = REACH;
    for (const [key, [unitX, unitY]] of this.places) {
      const distance = Math.hypot(x - box.left - unitX, y - box.top - unitY);
      if (distance >= least) continue;
      least = distance;
      const [layer, unit] = key.split(" ").map(Number);
      nearest = { layer, unit };
    }
    return nearest;
  }

  // The unit to which an arrow key leads from the open one.
  next(key) {
    const first = this.rows.findIndex((row, layer) => layer > 0 && row.length);
    if (!this.open) return { layer: first, unit: this.rows[first][0] };
    let { layer, unit } = this.open;
    const row = this.rows[layer];
    const index = row.indexOf(unit);
    if (key === "Home") return { layer, unit: row[0] };
    if (key === "End") return { layer, unit: row.at(-1) };
    if (key === "ArrowLeft" || key === "ArrowRight") {
      return { layer, unit: row[Math.min(Math.max(index + (key === "ArrowRight" ? 1 : -1), 0), row.length - 1)] };
    }
    const by = key === "ArrowDown" ? 1 : -1;
    do layer += by;
    while (this.rows[layer] && !this.rows[layer].length);
    if (!this.rows[layer]) return this.open;
    const [x] = this.at(this.open.layer, this.open.unit);
    const distance = (other) => Math.abs(this.at(layer, other)[0] - x);
    unit = this.rows[layer].reduce((best, other) => (distance(other) < distance(best) ? other : best));
    return { layer, unit };
  }

  // The open unit in words.
  words() {
    const { layer, unit } = this.open;
    const key = `${layer} ${unit}`;
    const out = this.outOf.get(key) ?? [];
    const into = this.into.get(key) ?? [];
    const sum = (lines) => {
      const total = lines.reduce((all, line) => all + line.effect, 0);
      const size = Math.abs(total).toFixed(2);
      return `${total < 0 ? "takes" : "adds"} ${size} ${total < 0 ? "from" : "to"} the log-odds of the answer`;
    };
    const many = (lines) => `${lines.length} connection${lines.length === 1 ? "" : "s"}`;
    if (layer === 0) {
      const place = `row ${Math.floor(unit / 28) + 1}, column ${(unit % 28) + 1}`;
      return `Pixel in ${place}: ${many(out)} out, ${sum(out)}`;
    }
    if (layer === this.last) {
      return `${this.data.outputs[unit]}: ${many(into)} in${into.length ? `, ${sum(into)}` : ""}`;
    }
    return `Layer ${layer}, unit ${unit + 1}: ${many(into)} in, ${many(out)} out, ${sum(out)}`;
  }
}
