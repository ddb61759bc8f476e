// Numbers on hover or touch, and the figure as a PNG. Listeners sit on the component, for its
// content changes.
const SCALE = 3;

function tell(event) {
  const figure = event.target.closest?.(".chart");
  if (!figure) return;
  const tip = figure.querySelector(".tip");
  const text = event.target.dataset?.tip;
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const frame = figure.getBoundingClientRect();
  const spot = event.target.getBoundingClientRect();
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

element.addEventListener("pointerover", tell);
element.addEventListener("pointerdown", tell);
element.addEventListener("click", (event) => {
  const button = event.target.closest('[data-download="png"]');
  if (button) save(button.closest(".chart"));
});
