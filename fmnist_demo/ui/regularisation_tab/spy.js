// A spy plot on a canvas: a row for each pixel, a column for each unit, a dot where the weight is
// not zero. A click zooms in on that place.
const ZOOM = 10; // device pixels a dot

class Spy {
  constructor(canvas) {
    this.canvas = canvas;
    this.centre = null; // the weight in the middle when zoomed: [column, row]
    canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * this.width;
      const y = ((event.clientY - box.top) / box.height) * this.height;
      this.zoom(this.centre ? null : [x, y]);
    });
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        this.zoom(this.centre ? null : [this.width / 2, this.height / 2]);
      } else if (event.key === "Escape" && this.centre) {
        this.zoom(null);
      } else if (event.key.startsWith("Arrow") && this.centre) {
        const [x, y] = this.centre;
        const by = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }[event.key];
        this.zoom([x + by[0], y + by[1]]);
      } else return;
      event.preventDefault();
    });
  }

  zoom(centre) {
    this.centre = centre;
    this.canvas.setAttribute("aria-pressed", String(Boolean(centre)));
    this.paint();
  }

  // Read at how many steps each weight is kept.
  async read(url) {
    if (url === this.url) return;
    this.url = url;
    const image = new Image();
    image.src = url;
    await image.decode();
    if (url !== this.url) return;
    this.width = image.width;
    this.height = image.height;
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    this.levels = Uint8Array.from({ length: image.width * image.height }, (_, i) => data[4 * i]);
    this.dots = canvas;
    this.paint();
  }

  show(step) {
    this.step = step;
    this.paint();
  }

  paint() {
    const { canvas } = this;
    if (!this.levels || !canvas.clientWidth) return;
    const [red, green, blue] = getComputedStyle(canvas).color.match(/\d+/g).map(Number);
    const context = this.dots.getContext("2d");
    const image = new ImageData(this.width, this.height);
    const words = new Uint32Array(image.data.buffer);
    const ink = 0xff000000 | (blue << 16) | (green << 8) | red;
    this.levels.forEach((level, i) => {
      if (level > this.step) words[i] = ink;
    });
    context.putImageData(image, 0, 0);
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    const target = canvas.getContext("2d");
    target.imageSmoothingQuality = "high";
    if (!this.centre) return target.drawImage(this.dots, 0, 0, canvas.width, canvas.height);
    target.imageSmoothingEnabled = false;
    const wide = canvas.width / ZOOM;
    const high = canvas.height / ZOOM;
    const left = Math.min(Math.max(Math.round(this.centre[0] - wide / 2), 0), this.width - wide);
    const top = Math.min(Math.max(Math.round(this.centre[1] - high / 2), 0), this.height - high);
    target.drawImage(this.dots, left, top, wide, high, 0, 0, canvas.width, canvas.height);
  }
}
