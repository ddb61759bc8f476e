// A drawing is a list of operations (stroke, image, clear), painted in order on white paper.
// Undo takes back the last one, so that Clear can be undone too.
const INTERVAL = 100; // the shortest time in ms between two drawings sent while the pen is down
const canvas = element.querySelector("canvas");
const paper = canvas.getContext("2d");
const hint = element.querySelector(".hint");
const tool = (name) => element.querySelector(`[data-tool="${name}"]`);
const copy = document.createElement("canvas");
copy.width = copy.height = props.size;

let operations = [];
let stroke = null;
let sent = "";
let timer = 0;
let lastSent = 0;
const cursor = { x: canvas.width / 2, y: canvas.height / 2, stroke: null };

const isEmpty = () => !operations.length || operations.at(-1).kind === "clear";

function blank() {
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
}

// Paint segment by segment, as the pen did, so that a repainted drawing has the same pixels.
function paintPoint({ width, erase, points }, i) {
  paper.strokeStyle = paper.fillStyle = erase ? "#fff" : "#000";
  paper.lineWidth = width;
  paper.lineCap = "round";
  paper.beginPath();
  if (i === 0) {
    paper.arc(...points[0], width / 2, 0, 2 * Math.PI);
    paper.fill();
  } else {
    paper.moveTo(...points[i - 1]);
    paper.lineTo(...points[i]);
    paper.stroke();
  }
}

function paint(operation) {
  if (operation.kind !== "stroke") blank();
  if (operation.kind === "image") paper.drawImage(operation.image, 0, 0, canvas.width, canvas.height);
  operation.points?.forEach((_, i) => paintPoint(operation, i));
}

function repaint() {
  blank();
  operations.forEach(paint);
  refresh();
}

function refresh() {
  hint.hidden = !isEmpty();
  enable(tool("undo"), operations.length > 0);
  enable(tool("clear"), !isEmpty());
}

// A disabled button loses the keyboard focus, so move the focus to the canvas first.
function enable(button, enabled) {
  if (!enabled && button === document.activeElement) canvas.focus({ preventScroll: true });
  button.disabled = !enabled;
}

function picture() {
  if (isEmpty()) return "";
  const context = copy.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy.toDataURL("image/png");
}

// Only "input" is triggered: Gradio fires "change" by itself when the value changes.
function send() {
  clearTimeout(timer);
  timer = 0;
  lastSent = performance.now();
  const value = picture();
  if (value === sent) return;
  sent = value;
  props.value = value;
  trigger("input");
}

function sendSoon() {
  if (!timer) timer = setTimeout(send, Math.max(0, INTERVAL - (performance.now() - lastSent)));
}

function begin(point, eraserButton) {
  const erase = eraserButton || tool("eraser").getAttribute("aria-pressed") === "true";
  const width = Number(tool("width").value) * (erase ? 1.6 : 1);
  const line = { kind: "stroke", erase, width, points: [point] };
  operations.push(line);
  paint(line);
  refresh();
  sendSoon();
  return line;
}

function extend(line, point) {
  line.points.push(point);
  paintPoint(line, line.points.length - 1);
  sendSoon();
}

function position(event) {
  const box = canvas.getBoundingClientRect();
  return [
    ((event.clientX - box.left) * canvas.width) / box.width,
    ((event.clientY - box.top) * canvas.height) / box.height,
  ];
}

const ERASER_END = 32; // the eraser end of a pen, in PointerEvent.buttons

canvas.addEventListener("pointerdown", (event) => {
  if (event.button === 1 || event.button === 2 || stroke) return;
  canvas.setPointerCapture(event.pointerId);
  stroke = { pointer: event.pointerId, line: begin(position(event), event.buttons === ERASER_END) };
});

canvas.addEventListener("pointermove", (event) => {
  if (!stroke || event.pointerId !== stroke.pointer) return;
  const events = event.getCoalescedEvents?.() ?? [];
  (events.length ? events : [event]).forEach((move) => extend(stroke.line, position(move)));
});

function lift(event) {
  if (!stroke || event.pointerId !== stroke.pointer) return;
  stroke = null;
  send();
}
canvas.addEventListener("pointerup", lift);
canvas.addEventListener("pointercancel", lift);

function undo() {
  operations.pop();
  cursor.stroke = null;
  repaint();
  send();
}

function clear() {
  if (isEmpty()) return;
  operations.push({ kind: "clear" });
  cursor.stroke = null;
  repaint();
  send();
}

function show(source) {
  const image = new Image();
  image.onload = () => {
    operations.push({ kind: "image", image });
    repaint();
    send();
  };
  image.src = source;
}

tool("undo").addEventListener("click", undo);
tool("clear").addEventListener("click", clear);
tool("eraser").addEventListener("click", (event) => {
  const button = event.currentTarget;
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
});
element.querySelectorAll("[data-example]").forEach((button) => {
  button.addEventListener("click", () => show(button.dataset.example));
});

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

canvas.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const step = event.shiftKey ? 4 : 16;
    cursor.x = Math.min(canvas.width, Math.max(0, cursor.x + arrow[0] * step));
    cursor.y = Math.min(canvas.height, Math.max(0, cursor.y + arrow[1] * step));
    if (cursor.stroke) extend(cursor.stroke, [cursor.x, cursor.y]);
  } else if (event.key === " ") {
    if (cursor.stroke) send();
    cursor.stroke = cursor.stroke ? null : begin([cursor.x, cursor.y], false);
  } else if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    undo();
  } else if (event.key === "Delete") {
    clear();
  } else {
    return;
  }
  event.preventDefault();
});

// Show a value that the server sets, unless it is the one that was sent, as a picture to draw on.
watch("value", () => {
  const value = props.value || "";
  if (value === sent) return;
  if (value) show(value);
  else clear();
});

repaint();
