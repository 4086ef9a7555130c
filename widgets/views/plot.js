// One live plot: its head with controls, its canvas, zoom and readout.  See screen.js.

const LIGHT = {
  series: ["#0072b2", "#d55e00", "#009e73", "#aa4499", "#b8860b", "#3a9bd9", "#6b6b6b"],
  grid: "rgba(20, 30, 45, 0.09)", axis: "rgba(20, 30, 45, 0.72)", trail: "#0072b2",
  marker: "#d55e00", halo: "#ffffff",
}
const DARK = {
  series: ["#56b4e9", "#e69f00", "#2bc59b", "#e08bc0", "#f0e442", "#ff7f50", "#b5bcc6"],
  grid: "rgba(220, 232, 245, 0.09)", axis: "rgba(220, 232, 245, 0.78)", trail: "#56b4e9",
  marker: "#f0a830", halo: "#0b1118",
}

function makePlot({schedule, palette, send}) {
  const element = document.createElement("section")
  element.className = "plot"
  const head = document.createElement("div")
  head.className = "head"
  const sheet = document.createElement("div")
  sheet.className = "sheet"
  const canvas = document.createElement("canvas")
  canvas.setAttribute("role", "img")
  sheet.append(canvas)
  element.append(head, sheet)
  const words = document.createElement("span")
  words.className = "words"
  const ink = canvas.getContext("2d")
  let face = null       // title, labels, controls
  let worn = ""         // the same as text
  let frame = null      // the latest frame and its curves
  let curves = []
  let trail = emptyTrail(1)
  let view = null       // {x: [lo, hi], y: [lo, hi]} while the reader has zoomed
  let pointer = null
  let area = {left: 0, top: 0, width: 1, height: 1}
  let stale = true      // the canvas does not show what it should
  let fresh = false     // a frame has come that was not painted yet
  let frames = 0

  function touch() { stale = true }

  function dress(next) {
    const text = JSON.stringify(next)
    if (text === worn) { return }
    face = next
    worn = text
    const held = head.getRootNode().activeElement?.dataset?.name
    const title = document.createElement("span")
    title.className = "title"
    title.textContent = face.title
    const spread = document.createElement("span")
    spread.className = "spread"
    const act = (control, value) => { if (control === "fit") { view = null } touch(); send(control, value) }
    head.replaceChildren(title, words, spread, ...face.controls.map((spec) => makeControl(spec, palette(), act)))
    head.querySelector(`[data-name="${held}"]`)?.focus()
    canvas.setAttribute("aria-label", face.description)
    touch()
  }

  function repaint() {
    worn = ""
    if (face) { dress(face) }
  }

  function receive(next, pieces) {
    if (frame === null || next.reset) { trail = emptyTrail(next.keep || 1) }
    if (next.reset === "all") { view = null }
    frame = next
    curves = next.append ? [] : pieces
    if (next.append && pieces.length) { trail = extend(trail, pieces[0], next.keep) }
    stale = fresh = true
  }

  const limits = () => ({x: view?.x ?? frame.x, y: view?.y ?? frame.y})

  function paint() {
    const width = canvas.clientWidth, height = canvas.clientHeight
    if (!stale || width === 0 || face === null) { return }
    stale = false
    const ratio = window.devicePixelRatio || 1
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    ink.setTransform(ratio, 0, 0, ratio, 0, 0)
    ink.clearRect(0, 0, width, height)
    if (frame === null) { return }
    const colours = palette()
    const size = Math.max(12, Math.min(19, 9 + width / 110))
    const {x, y} = limits()
    area = drawAxes(ink, {x, y, width, height, size, colours, labels: [face.x_label, face.y_label]})
    ink.save()
    ink.beginPath()
    ink.rect(area.left, area.top, area.width, area.height)
    ink.clip()
    drawCurves(x, y, colours)
    ink.restore()
    if (frame.notice) { drawNotice(ink, frame.notice, area, size, colours) }
    if (pointer) { drawReadout(ink, pointer, area, {x, y}, size, colours) }
    if (words.textContent !== frame.words) { words.textContent = frame.words }
    if (fresh) {
      fresh = false
      frames += 1
      canvas.dataset.frames = frames
      canvas.dataset.edits = frame.edits
    }
  }

  function drawCurves(x, y, colours) {
    const scale = {
      x: area.width / (x[1] - x[0]),
      y: -area.height / (y[1] - y[0]),
      left: area.left + (frame.origin - x[0]) * area.width / (x[1] - x[0]),
      top: area.top + area.height + y[0] * area.height / (y[1] - y[0]),
    }
    for (const curve of curves) {
      const colour = colours.series[curve.color % colours.series.length]
      if (frame.points) { drawPoints(ink, curve.x, curve.y, scale, colour, 1.6) } else { drawLine(ink, curve.x, curve.y, scale, colour) }
    }
    if (frame.append) {
      if (frame.points) { drawCloud(ink, trail, scale, colours) } else { drawTrail(ink, trail, scale, colours.trail) }
      drawMarker(ink, trail, scale, colours, frame.marker)
    }
  }

  function place(event) {
    const bounds = canvas.getBoundingClientRect()
    return {x: event.clientX - bounds.left, y: event.clientY - bounds.top}
  }

  function look(next) {
    view = face.zoom_x ? next : {y: next.y}
    touch()
    schedule()
  }

  canvas.addEventListener("wheel", (event) => {
    if (frame === null) { return }
    event.preventDefault()
    const at = place(event)
    const factor = Math.exp(event.deltaY * 0.0015)
    const {x, y} = limits()
    const zoom = (range, part) => range.map((end) => end + (range[0] + part * (range[1] - range[0]) - end) * (1 - factor))
    look({
      x: zoom(x, (at.x - area.left) / area.width),
      y: zoom(y, 1 - (at.y - area.top) / area.height),
    })
  }, {passive: false})
  canvas.addEventListener("pointermove", (event) => {
    const next = place(event)
    const last = pointer
    pointer = next
    touch()
    schedule()
    if (event.buttons === 1 && last && frame !== null) {
      const {x, y} = limits()
      const shift = (range, part) => range.map((end) => end + part * (range[1] - range[0]))
      look({x: shift(x, (last.x - next.x) / area.width), y: shift(y, (next.y - last.y) / area.height)})
    }
  })
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); pointer = place(event) })
  canvas.addEventListener("pointerleave", () => { pointer = null; touch(); schedule() })
  canvas.addEventListener("dblclick", () => { view = null; touch(); send("fit", true) })

  return {element, dress, repaint, receive, paint, touch, width: () => Math.max(1, Math.round(canvas.clientWidth))}
}

function makeControl(spec, colours, send) {
  if (spec.kind === "select" || spec.kind === "number") {
    const label = document.createElement("label")
    const caption = document.createElement("span")
    caption.textContent = spec.caption
    const field = document.createElement(spec.kind === "select" ? "select" : "input")
    field.dataset.name = spec.name
    field.setAttribute("aria-label", spec.label)
    if (spec.kind === "select") {
      for (const [value, text] of spec.options) { field.add(new Option(text, value, false, value === spec.value)) }
      field.onchange = () => send(spec.name, field.value)
    } else {
      Object.assign(field, {type: "number", min: spec.min, max: spec.max, step: "any", value: spec.value})
      field.onchange = () => {
        if (field.validity.valid && field.value !== "") { send(spec.name, Number(field.value)) } else { field.value = spec.value }
      }
    }
    label.append(caption, field)
    return label
  }
  const button = document.createElement("button")
  button.type = "button"
  button.textContent = spec.caption
  button.dataset.name = spec.name
  button.setAttribute("aria-label", spec.label)
  if (spec.kind === "toggle") {
    button.setAttribute("aria-pressed", String(spec.value))
    button.style.setProperty("--swatch", colours.series[spec.color % colours.series.length])
  }
  button.onclick = () => send(spec.name, !spec.value)
  return button
}

// The trail: the latest points of a curve, in an array twice as long as needed.

function emptyTrail(keep) {
  return {x: new Float32Array(2 * keep), y: new Float32Array(2 * keep), start: 0, end: 0, keep}
}

function extend(trail, piece, keep) {
  const {x, y} = piece
  if (keep !== trail.keep) {
    const next = emptyTrail(keep)
    const count = Math.min(keep, trail.end - trail.start)
    next.x.set(trail.x.subarray(trail.end - count, trail.end))
    next.y.set(trail.y.subarray(trail.end - count, trail.end))
    next.end = count
    trail = next
  }
  const fresh = Math.min(x.length, keep)
  if (trail.end + fresh > trail.x.length) {
    const kept = Math.min(trail.end - trail.start, keep)
    trail.x.copyWithin(0, trail.end - kept, trail.end)
    trail.y.copyWithin(0, trail.end - kept, trail.end)
    trail.start = 0
    trail.end = kept
  }
  trail.x.set(x.subarray(x.length - fresh), trail.end)
  trail.y.set(y.subarray(y.length - fresh), trail.end)
  trail.end += fresh
  trail.start = Math.max(trail.start, trail.end - keep)
  return trail
}
