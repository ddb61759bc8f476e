// A grid of cells on a canvas: the pixels of a picture, or the units of a layer.
const HOLLOW = 255; // the byte of a unit without a path
const BLACK = 0xff000000;
const RIM = 0xffa39488; // of a hollow cell, as ABGR

const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const grey = (level) => BLACK | (level << 16) | (level << 8) | level;
const PIXELS = Uint32Array.from({ length: 256 }, (_, i) => grey(i));
const UNITS = Uint32Array.from({ length: 256 }, (_, i) => grey(Math.round(32 + 223 * Math.min(1, i / 254) ** 0.7)));

class Grid {
  constructor(canvas, shades) {
    this.canvas = canvas;
    this.shades = shades;
    this.gap = shades === UNITS ? 1 : 0;
  }

  // Lay out `count` cells of about `size` CSS pixels, in rows of at most `width` CSS pixels. A cell
  // has whole device pixels, so that all cells look the same. `columns` may be given instead.
  fit(count, width, size, columns = 0) {
    const ratio = window.devicePixelRatio || 1;
    this.pitch = Math.round(size * ratio);
    this.size = this.pitch / ratio;
    this.count = count;
    this.columns = columns ||= Math.max(1, Math.min(count, Math.floor(width / this.size)));
    this.rows = Math.ceil(count / columns);
    this.canvas.width = columns * this.pitch;
    this.canvas.height = this.rows * this.pitch;
    this.canvas.style.width = `${columns * this.size}px`;
    this.canvas.style.height = `${this.rows * this.size}px`;
    this.image = new ImageData(this.canvas.width, this.canvas.height);
    this.words = new Uint32Array(this.image.data.buffer);
    this.words.fill(BLACK);
  }

  paint(bytes) {
    const { words, pitch, columns, gap } = this;
    const line = columns * pitch;
    const side = pitch - gap;
    for (let i = 0; i < this.count; i++) {
      const hollow = gap && bytes[i] === HOLLOW;
      const shade = hollow ? RIM : this.shades[bytes[i]];
      let start = Math.floor(i / columns) * pitch * line + (i % columns) * pitch;
      for (let y = 0; y < side; y++, start += line) words.fill(shade, start, start + side);
      if (!hollow) continue;
      start -= side * line;
      for (let y = 1; y < side - 1; y++) words.fill(BLACK, start + y * line + 1, start + y * line + side - 1);
    }
    this.canvas.getContext("2d").putImageData(this.image, 0, 0);
  }

  // The cell under a point of the window, or -1.
  at(x, y) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((x - box.left) / this.size);
    const row = Math.floor((y - box.top) / this.size);
    const i = row * this.columns + column;
    return column >= 0 && column < this.columns && row >= 0 && i < this.count ? i : -1;
  }

  // The middle of a cell, from the corner of the canvas.
  middle(i) {
    return [(i % this.columns + 0.5) * this.size, (Math.floor(i / this.columns) + 0.5) * this.size];
  }
}
