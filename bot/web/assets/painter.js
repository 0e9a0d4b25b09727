// The mask over the photo, painted on a plain canvas. `props.value` is null, or has `photo` and `mask` (paths),
// `round` (another one, another mask) and `drawn` (the canvas as a PNG, once somebody has painted).
const one = (name) => element.querySelector(".g-paint" + name);
const photo = one("-photo"), canvas = one("-mask"), tip = one("-tip"), size = one("-size");
const context = canvas.getContext("2d", {willReadFrequently: true});
const COLOUR = [166, 60, 91], LONGEST = 1024, UNDOS = 8, KEY_STEP = 0.02;
let round = null, rubbing = false, last = null, undos = [], tipAt = [0.5, 0.5];

const fileAt = (path) => "./gradio_api/file=" + path;
const loaded = async (image, path) => { image.src = fileAt(path); await image.decode(); return image; };

async function show() {
  const value = props.value;
  if (!value || !value.photo) { round = null; one("").hidden = true; return; }
  if (value.round === round) return;
  round = value.round;
  await loaded(photo, value.photo);
  const mask = await loaded(new Image(), value.mask);
  if (value.round !== round) return;
  const scale = Math.min(1, LONGEST / Math.max(photo.naturalWidth, photo.naturalHeight));
  canvas.width = Math.max(1, Math.round(photo.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(photo.naturalHeight * scale));
  context.drawImage(mask, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const there = pixels.data[at] >= 128 ? 255 : 0;
    pixels.data.set([...COLOUR, there], at);
  }
  context.putImageData(pixels, 0, 0);
  undos = [];
  one("-undo").disabled = true;
  one("").hidden = false;
}

function keep() { props.value = {...props.value, drawn: canvas.toDataURL("image/png")}; }

function remember() {
  undos.push(context.getImageData(0, 0, canvas.width, canvas.height));
  undos = undos.slice(-UNDOS);
  one("-undo").disabled = false;
}

function line(from, to) {
  context.globalCompositeOperation = rubbing ? "destination-out" : "source-over";
  context.strokeStyle = "rgb(" + COLOUR.join(",") + ")";
  context.lineWidth = canvas.width * size.value / 100;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(to[0] + 0.01, to[1]);
  context.stroke();
  context.globalCompositeOperation = "source-over";
}

function where(event) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  remember();
  last = where(event);
  line(last, last);
});
canvas.addEventListener("pointermove", (event) => {
  if (last === null) return;
  const to = where(event);
  line(last, to);
  last = to;
});
for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => {
  if (last === null) return;
  last = null;
  keep();
});

function showTip() {
  const wide = canvas.clientWidth * size.value / 100;
  tip.style.cssText = "width:" + wide + "px;height:" + wide + "px;left:" + tipAt[0] * 100 + "%;top:" + tipAt[1] * 100 + "%";
}
const MOVES = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
canvas.addEventListener("keydown", (event) => {
  const at = () => [tipAt[0] * canvas.width, tipAt[1] * canvas.height];
  if (event.key in MOVES) {
    const by = MOVES[event.key].map((step) => step * KEY_STEP * (event.shiftKey ? 3 : 1));
    tipAt = tipAt.map((place, axis) => Math.min(1, Math.max(0, place + by[axis])));
    tip.hidden = false;
    showTip();
  } else if (event.key === " ") {
    remember();
    line(at(), at());
    keep();
  } else return;
  event.preventDefault();
});
canvas.addEventListener("blur", () => { tip.hidden = true; });

function choose(rub) {
  rubbing = rub;
  one("-on").setAttribute("aria-pressed", String(!rub));
  one("-off").setAttribute("aria-pressed", String(rub));
}
one("-on").addEventListener("click", () => choose(false));
one("-off").addEventListener("click", () => choose(true));
one("-undo").addEventListener("click", () => {
  const before = undos.pop();
  if (before) { context.putImageData(before, 0, 0); keep(); }
  one("-undo").disabled = undos.length === 0;
});

watch("value", show);
show();
