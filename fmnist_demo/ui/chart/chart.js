// Numbers on hover, touch or arrow keys, and the figure as a PNG. The listeners are on the
// component because its content is replaced.
const SCALE = 3;
const ARROWS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function showNumber(target) {
  const figure = target.closest?.(".chart");
  if (!figure) return;
  const tip = figure.querySelector(".tip");
  figure.querySelector(".spot.active")?.classList.remove("active");
  tip.textContent = target.dataset?.tip ?? "";
  if (!tip.textContent) return;
  target.classList.add("active");
  const frame = figure.getBoundingClientRect();
  const spot = target.getBoundingClientRect();
  const middle = spot.left + spot.width / 2 - frame.left;
  const left = Math.min(Math.max(middle - tip.offsetWidth / 2, 0), frame.width - tip.offsetWidth);
  tip.style.left = `${left}px`;
  tip.style.top = `${spot.top - frame.top - tip.offsetHeight - 4}px`;
}

function save(figure) {
  const shown = figure.querySelector("svg");
  const style = getComputedStyle(figure);
  const { width, height } = shown.viewBox.baseVal;
  const copy = shown.cloneNode(true);
  copy.querySelectorAll(".spot").forEach((spot) => spot.remove());
  copy.setAttribute("width", width * SCALE);
  copy.setAttribute("height", height * SCALE);
  copy.style.color = style.color;
  copy.style.fontFamily = style.fontFamily;
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0);
    const link = document.createElement("a");
    link.download = `${figure.dataset.name}.png`;
    link.href = canvas.toDataURL("image/png");
    link.click();
  };
  const source = new XMLSerializer().serializeToString(copy);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
}

function walk(event) {
  const plot = event.target.closest(".plot");
  if (!plot) return;
  if (event.key === "Escape") showNumber(plot);
  if (!(event.key in ARROWS)) return;
  const spots = [...plot.querySelectorAll(".spot")];
  const step = ARROWS[event.key];
  const at = spots.findIndex((spot) => spot.classList.contains("active"));
  const next = at < 0 && step < 0 ? spots.length - 1 : at + step;
  if (spots[next]) showNumber(spots[next]);
  event.preventDefault();
}

element.addEventListener("pointerover", (event) => showNumber(event.target));
element.addEventListener("pointerdown", (event) => showNumber(event.target));
element.addEventListener("keydown", walk);
element.addEventListener("focusout", (event) => showNumber(event.target));
element.addEventListener("click", (event) => {
  const button = event.target.closest('[data-download="png"]');
  if (button) save(button.closest(".chart"));
});
