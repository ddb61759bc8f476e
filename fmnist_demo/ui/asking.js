// A view whose value takes a while to compute. The panel tells it at once for which picture and
// networks; it asks for the value when the picture has stood still.
const STILL = 300; // ms without a change of the picture

class Asking {
  // `ask` requests a value, `show` takes it.
  constructor(root, ask, show) {
    Object.assign(this, { root, request: ask, show, asked: "", timer: 0, shown: false });
  }

  ask(wait) {
    clearTimeout(this.timer);
    this.root.classList.add("busy");
    this.timer = setTimeout(this.request, wait);
  }

  receive(text) {
    this.root.hidden = !text;
    if (!text) return;
    const next = JSON.parse(text);
    if (!next.networks) {
      this.asked = text;
      this.root.classList.toggle("empty", next.picture === null);
      if (next.picture !== null) this.ask(this.shown ? STILL : 0);
      return;
    }
    if (next.asked !== this.asked) return; // the picture has changed since
    this.root.classList.remove("busy");
    this.shown = true;
    this.show(next);
  }
}
