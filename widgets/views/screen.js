// Live plots of one page: pictures come in, are painted together, and are answered.
//
// The server (see screen.py) sends a picture as one message, for all plots at once.  Each is
// answered with its number once it is painted; the server sends no more than a few unanswered
// ones, so a slow page drops pictures and never queues them.

const STYLE = `
:host { display: block; position: relative; width: 100%; height: 100%; min-height: 160px; }
.screen { position: absolute; inset: 0; display: grid; gap: 6px 12px; grid-auto-rows: minmax(0, 1fr);
  grid-auto-columns: minmax(0, 1fr); }
.plot { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px; padding: 2px 4px 4px 10px;
  min-height: 30px; font: 500 clamp(14px, 0.45vw + 8px, 19px) system-ui, sans-serif; }
.title { font-weight: 600; letter-spacing: .01em; white-space: nowrap; }
.spread { margin-left: auto; }
.head label { display: inline-flex; align-items: center; gap: 5px; font-weight: 400; }
.head label > span { opacity: .72; }
.head button, .head select, .head input { font: inherit; font-weight: 500; color: inherit; height: 26px;
  padding: 0 7px; border-radius: 7px; background: transparent;
  border: 1px solid color-mix(in srgb, currentColor 24%, transparent); }
.head select option { color: CanvasText; background: Canvas; }
.head input { width: 68px; appearance: textfield; }
.head input::-webkit-inner-spin-button { appearance: none; margin: 0; }
.head select { max-width: 5.6em; padding: 0 3px; }
.head button { cursor: pointer; }
.head button:hover, .head select:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
.head :focus-visible, canvas:focus-visible { outline: 2px solid #56b4e9; outline-offset: 1px; }
.head button[aria-pressed] { display: inline-flex; align-items: center; gap: 6px; }
.head button[aria-pressed]::before { content: ""; width: 14px; height: 3px; border-radius: 2px;
  background: var(--swatch); }
.head button[aria-pressed="false"] { opacity: .5; }
.head button[aria-pressed="false"]::before { background: currentColor; opacity: .5; }
.words { font-variant-numeric: tabular-nums; font-weight: 500; white-space: nowrap; }
.head .refused { flex-basis: 100%; font-size: .88em; font-weight: 500; color: #b3261e; }
.dark .head .refused { color: #ff9d8f; }
.head [aria-invalid] { border-color: #d55e00; }
.head input[type="text"] { width: auto; max-width: 15em; font-variant-ligatures: none; }
.sheet { position: relative; flex: 1; min-height: 0; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: crosshair; }
.rows { position: absolute; inset: 0; overflow: auto; }
.rows[hidden], canvas[hidden], .strip[hidden], .tip[hidden], .mark[hidden] { display: none; }
table { border-collapse: collapse; margin: 0 10px; width: calc(100% - 20px);
  font: 500 clamp(14px, 0.45vw + 8px, 19px) system-ui, sans-serif; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; opacity: .78; padding: 4px 16px 4px 0; }
td { text-align: right; padding: 4px 0; }
tr { border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.strip { position: absolute; left: 0; right: 0; height: 14px; overflow: hidden; }
.mark { position: absolute; left: 0; top: 0; height: 14px; padding: 0 4px; border: 0; background: none; color: inherit;
  cursor: help; width: calc(var(--long) + 8px); }
.mark::before { content: ""; display: block; height: 7px; border-radius: 2px; background: #d55e00; min-width: 3px; }
.dark .mark::before { background: #e69f00; }
.mark:focus-visible { outline: 2px solid #56b4e9; outline-offset: -2px; }
.tip { position: absolute; bottom: 34px; max-width: 92%; padding: 3px 8px; border-radius: 6px; pointer-events: none;
  font: 500 13px system-ui, sans-serif; color: #ffffff; background: #26323e; z-index: 2; }
`


export function render({model, el}) {
  const style = document.createElement("style")
  style.textContent = STYLE
  const box = document.createElement("div")
  box.className = "screen"
  el.append(style, box)
  let plots = []
  let waiting = 0       // number of the latest picture received
  let painted = 0       // number of the latest picture painted
  let pending = 0
  let colours = LIGHT

  const schedule = () => { pending ||= requestAnimationFrame(paint) }

  function build() {
    plots = model.views.map((view, place) => makePlot({
      schedule,
      palette: () => colours,
      type: () => 1,
      send: (control, value) => model.send_msg({view: place, control, value}),
      point,
    }))
    box.replaceChildren(...plots.map((plot, place) => {
      plot.element.style.gridArea = `v${place}`
      return plot.element
    }))
    arrange()
    dress()
  }

  // The time that is pointed at in one plot is shown in all of them; the server is told once a frame.
  let pointed = null
  let telling = 0
  function point(t) {
    if (t === pointed) { return }
    pointed = t
    for (const plot of plots) { plot.follow(t) }
    telling ||= requestAnimationFrame(() => { telling = 0; model.send_msg({cursor: pointed}) })
  }

  // On a narrow, high page the plots stand one above another.
  function arrange() {
    const narrow = box.clientWidth < 620 && box.clientHeight > 1.2 * box.clientWidth
    const layout = narrow ? model.views.map((_, place) => [place]) : model.layout
    box.style.gridTemplateAreas = layout.map((row) => `"${row.map((place) => `v${place}`).join(" ")}"`).join(" ")
    box.style.gridTemplateColumns = `repeat(${layout[0].length}, minmax(0, 1fr))`
  }

  function dress() {
    model.views.forEach((view, place) => plots[place].dress(view))
    schedule()
  }

  function look() {
    const channels = getComputedStyle(box).color.match(/[\d.]+/g).map(Number)
    const next = channels[0] + channels[1] + channels[2] > 382 ? DARK : LIGHT
    if (next !== colours) {
      colours = next
      box.classList.toggle("dark", next === DARK)
      for (const plot of plots) { plot.repaint() }
    }
  }

  // All numbers of a picture come in one array, one curve's abscissae and ordinates after another.
  function receive({seq, frames, numbers}) {
    const all = new Float32Array(numbers.buffer, numbers.byteOffset, numbers.length)
    let at = 0
    const take = (count) => all.subarray(at, at += count)
    frames.forEach((frame, place) => {
      if (frame === null) { return }
      const curves = frame.curves.map((curve) => ({
        ...curve, x: take(curve.count), y: take(curve.count), z: curve.deep ? take(curve.count) : null,
      }))
      plots[place].receive(frame, curves, frame.image && take(frame.image.width * frame.image.height))
    })
    waiting = seq
    schedule()
  }

  function paint(now) {
    pending = 0
    if (!box.isConnected || box.clientWidth === 0) { return }
    look()
    for (const plot of plots) { plot.paint(now) }
    if (painted !== waiting) {
      painted = waiting
      model.send_msg({painted})
    }
  }

  const widths = () => plots.map((plot) => plot.width())
  const sized = new ResizeObserver(() => {
    arrange()
    for (const plot of plots) { plot.touch() }
    model.send_msg({widths: widths()})
    schedule()
  })
  const themed = new MutationObserver(() => setTimeout(schedule, 60))
  for (const root of [document.documentElement, document.body]) {
    themed.observe(root, {attributes: true, attributeFilter: ["class", "data-theme", "style", "data-jp-theme-light"]})
  }
  model.on("views", dress)
  model.on("refused", () => model.views.forEach((_, place) => plots[place].refuse(model.refused[place] ?? {})))
  model.on("msg:custom", receive)
  model.on("remove", () => { sized.disconnect(); themed.disconnect(); cancelAnimationFrame(pending) })
  build()
  sized.observe(box)
  model.send_msg({ready: true, widths: widths()})
}
