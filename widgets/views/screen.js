// Live plots of one page: pictures come in, are painted together, and are answered.
//
// The server (see screen.py) sends a picture as one message, for all plots at once.  Each is
// answered with its number once it is painted; the server sends no more than a few unanswered
// ones, so a slow page drops pictures and never queues them.

// As many as may be unanswered beside one that is missing.
const MOST_EARLY = 1

export function render({model, el}) {
  const style = document.createElement("style")
  style.textContent = STYLE
  const box = document.createElement("div")
  box.className = "screen"
  el.append(style, box)
  const plots = new Map()   // by pane
  let first = 0             // number of the first picture since the page began to listen
  let due = 0               // number of the next one to be shown
  const early = new Map()   // pictures that came before it, by number
  let waiting = 0           // number of the latest picture shown
  let painted = 0           // number of the latest picture painted
  let pending = 0
  let colours = LIGHT
  let pointed = null        // the time pointed at
  let asked = -Infinity     // when the server was asked about it, while it has not answered

  const schedule = () => { pending ||= requestAnimationFrame(paint) }
  const order = (asked) => model.send_msg({order: asked})
  const board = makeBoard({box, plots, order, sized: () => { touch(); schedule() }})

  // The page may want larger type everywhere.
  function typeScale() {
    const page = Number(getComputedStyle(document.documentElement).getPropertyValue("--phasescope-scale")) || 1
    return model.type_scale * page
  }

  function open(pane) {
    const plot = makePlot({
      schedule, point,
      palette: () => colours,
      type: typeScale,
      send: (control, value) => model.send_msg({view: pane, control, value}),
      tools: () => board.tools(pane),
    })
    plot.element.dataset.pane = pane
    plot.shown = true
    plots.set(pane, plot)
    board.adopt(pane, plot)
    watched.observe(plot.element)
    sized.observe(plot.head)
    return plot
  }

  function close(pane) {
    const plot = plots.get(pane)
    watched.unobserve(plot.element)
    sized.unobserve(plot.head)
    plot.element.remove()
    plots.delete(pane)
  }

  // Open and close plots so that those are there that should be; the others stay as they are.
  function reconcile() {
    const wanted = model.layout.columns.flatMap(({panes}) => panes.map(({id}) => id)).filter((id) => model.views[id])
    const opened = wanted.filter((id) => !plots.has(id))
    for (const id of [...plots.keys()]) { if (!wanted.includes(id)) { close(id) } }
    for (const id of opened) { open(id) }
    for (const id of wanted) {
      plots.get(id).dress(model.views[id])
      plots.get(id).refuse(model.refused[id] ?? {})
    }
    board.arrange(model.layout, wanted)
    board.refuse(model.refused[""] ?? {})
    schedule()
    return opened
  }

  function change() {
    const opened = reconcile()
    if (opened.length) { model.send_msg({panes: told(opened, true), visible: visible()}) }
  }

  // The time that is pointed at in one plot is shown in all; the server, which knows where the
  // orbit was then, is asked again once it has answered.
  function point(t) {
    if (t === pointed) { return }
    pointed = t
    for (const plot of plots.values()) { plot.follow(t) }
    if (performance.now() - asked > 1000) { ask() }
  }

  function ask() {
    asked = performance.now()
    model.send_msg({cursor: pointed})
  }

  function locate({cursor, places}) {
    asked = -Infinity
    for (const [pane, plot] of plots) { plot.locate(places[pane] ?? null) }
    if (cursor !== pointed) { ask() }
  }

  function look() {
    const channels = getComputedStyle(box).color.match(/[\d.]+/g).map(Number)
    const next = channels[0] + channels[1] + channels[2] > 382 ? DARK : LIGHT
    if (next === colours) { return }
    colours = next
    box.classList.toggle("dark", next === DARK)
    box.style.setProperty("--ground", next.ground)
    for (const plot of plots.values()) { plot.repaint() }
  }

  // Pictures may overtake one another on the way, but what they add to a trail has to come in
  // order: one that is early waits for those before it.
  function receive(message) {
    if (message.places) { locate(message); return }
    if (message.first < first) { return }
    if (message.first > first) {
      first = due = message.first
      early.clear()
    }
    early.set(message.seq, message)
    if (!early.has(due) && early.size > MOST_EARLY) {
      // One is lost: whatever it added is asked for again.
      due = Math.min(...early.keys())
      model.send_msg({panes: told([...plots.keys()], true), visible: visible()})
    }
    for (; early.has(due); due += 1) {
      show(early.get(due))
      early.delete(due)
    }
  }

  // All numbers of a picture come in one array, one curve's abscissae and ordinates after another.
  function show({seq, frames: text, numbers}) {
    const frames = JSON.parse(text)
    const all = new Float32Array(numbers.buffer, numbers.byteOffset, numbers.length)
    let at = 0
    const take = (count) => all.subarray(at, at += count)
    for (const frame of frames) {
      const curves = frame.curves.map((curve) => ({
        ...curve, x: take(curve.count), y: take(curve.count), z: curve.deep ? take(curve.count) : null,
      }))
      const pixels = frame.image && take(frame.image.width * frame.image.height)
      plots.get(frame.pane)?.receive(frame, curves, pixels)
    }
    waiting = seq
    schedule()
  }

  function paint(now) {
    pending = 0
    if (!visible()) { return }
    look()
    for (const plot of plots.values()) { if (plot.shown) { plot.paint(now) } }
    if (painted !== waiting) {
      painted = waiting
      model.send_msg({painted})
    }
  }

  const touch = () => { for (const plot of plots.values()) { plot.touch() } }
  const visible = () => box.isConnected && box.clientWidth > 0 && document.visibilityState === "visible"

  // What the server has to know of some panes: how wide they are, and whether they can be seen.
  function told(panes, opened) {
    const shown = (plot) => plot.shown && document.visibilityState === "visible"
    return Object.fromEntries(panes.map((pane) => {
      const plot = plots.get(pane)
      return [pane, {width: plot.width(), shown: shown(plot), ...(opened ? {opened} : {})}]
    }))
  }

  const tell = () => model.send_msg({panes: told([...plots.keys()], false), visible: visible()})
  const watched = new IntersectionObserver((entries) => {
    for (const {target, isIntersecting} of entries) {
      const plot = plots.get(target.dataset.pane)
      if (plot) { plot.shown = isIntersecting; plot.touch() }
    }
    tell()
    schedule()
  })
  // Placing plots changes their sizes: an observer that did so itself would be told again at once.
  let placing = 0
  const sized = new ResizeObserver(() => {
    placing ||= requestAnimationFrame(() => {
      placing = 0
      board.place()
      touch()
      tell()
      schedule()
    })
  })
  const enlarge = () => {
    box.style.setProperty("--type", typeScale())
    board.place()
    touch()
    schedule()
  }
  const themed = new MutationObserver(() => setTimeout(schedule, 60))
  for (const root of [document.documentElement, document.body]) {
    themed.observe(root, {attributes: true, attributeFilter: ["class", "data-theme", "style", "data-jp-theme-light"]})
  }
  const turned = () => { touch(); tell(); schedule() }
  document.addEventListener("visibilitychange", turned)
  model.on("views", change)
  model.on("layout", change)
  model.on("refused", reconcile)
  model.on("type_scale", enlarge)
  document.addEventListener("phasescope-scaled", enlarge)
  model.on("msg:custom", receive)
  model.on("remove", () => {
    sized.disconnect()
    themed.disconnect()
    watched.disconnect()
    document.removeEventListener("visibilitychange", turned)
    document.removeEventListener("phasescope-scaled", enlarge)
    cancelAnimationFrame(pending)
    cancelAnimationFrame(placing)
  })
  look()
  enlarge()
  reconcile()
  sized.observe(box)
  model.send_msg({ready: true, panes: told([...plots.keys()], true), visible: visible()})
}
