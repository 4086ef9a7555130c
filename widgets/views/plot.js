// One live plot: its head with controls, its picture, what the reader has zoomed.  See screen.js.

function makePlot({schedule, palette, type, send, point, tools}) {
  const element = document.createElement("section")
  element.className = "plot"
  const head = document.createElement("div")
  head.className = "head"
  const sheet = document.createElement("div")
  sheet.className = "sheet"
  const canvas = document.createElement("canvas")
  canvas.setAttribute("role", "img")
  canvas.tabIndex = 0
  const marks = makeMarks(schedule)
  const table = makeTable()
  const rows = document.createElement("div")
  rows.className = "rows"
  rows.tabIndex = 0
  rows.hidden = marks.strip.hidden = true
  rows.append(table.element)
  const spoken = makeSpoken(canvas)
  sheet.append(canvas, spoken.element, marks.strip, marks.tip, rows)
  element.append(head, sheet)
  const ends = document.createElement("span")
  ends.className = "tools"
  const words = document.createElement("span")
  words.className = "words"
  const ink = canvas.getContext("2d")
  const image = makeImage()
  const space = makeSpace()
  let worn = ""         // the face as text
  let refused = {}      // what was refused, by the control's name
  let curves = []
  let trail = emptyTrail(1)
  let stale = true      // the canvas does not show what it should
  let fresh = false     // a frame has come that was not painted yet
  let frames = 0
  let cursor = null     // the time that is pointed at in any plot
  let located = null    // where the orbit was then

  // What the pointer and the keys act on; see pointer.js.
  const state = {
    face: null, frame: null, log: {x: false, y: false},
    view: null,         // {x: [lo, hi], y: [lo, hi]} while the reader has zoomed
    area: {left: 0, top: 0, width: 1, height: 1},
    fit: null, act: null, pointer: null, box: null, boxing: false, shape: "", kicking: null, space, marker: null,
  }

  function touch() { stale = true }
  function again() { touch(); schedule() }

  function dress(next) {
    const text = JSON.stringify(next)
    if (text === worn) { return }
    const face = state.face = next
    worn = text
    const held = head.getRootNode().activeElement
    const name = head.contains(held) ? held.dataset.name : undefined
    const typed = held?.matches?.("input") ? held.value : undefined
    const title = document.createElement("h2")
    title.className = "title"
    title.textContent = face.title
    const spread = document.createElement("span")
    spread.className = "spread"
    const act = (control, value) => {
      if (control === "fit") { state.view = null; space.home() }
      touch()
      send(control, value)
    }
    // Fitting is one of the tools that every plot has.
    const fits = (spec) => spec.kind === "button" && spec.name === "fit"
    state.fit = face.controls.find(fits) ?? null
    state.act = act
    head.replaceChildren(title, words, spread, ...face.controls.filter((spec) => !fits(spec)).map((spec) => makeControl(spec, palette(), act)), ends)
    showRefused(head, refused)
    if (name) {
      const field = head.querySelector(`[data-name="${CSS.escape(name)}"]`)
      if (field && typed !== undefined && field.matches("input") && field.type === "text") { field.value = typed }
      field?.focus()
    }
    canvas.setAttribute("aria-label", face.description)
    retool()
    touch()
  }

  // The buttons at the head's end, as far as they have changed.
  let tooled = ""
  function retool() {
    if (state.face === null) { return }
    const next = tools()
    if (state.fit) {
      const fit = iconButton("fit", state.fit.label)
      fit.dataset.name = "fit"
      fit.onclick = () => state.act("fit", true)
      next.unshift(fit)
    }
    const text = next.map((tool) => tool.outerHTML.replace(/aria-expanded="\w+"/, "")).join("")
    if (text === tooled) { return }
    tooled = text
    const root = ends.getRootNode()
    const at = [...ends.children].indexOf(root.activeElement)
    ends.replaceChildren(...next)
    head.style.setProperty("--tools", next.length)
    if (at >= 0) { ends.children[Math.min(at, next.length - 1)]?.focus() }
  }

  function repaint() {
    worn = ""
    if (state.face) { dress(state.face) }
  }

  function refuse(next) {
    if (JSON.stringify(next) === JSON.stringify(refused)) { return }
    refused = next
    showRefused(head, refused)
  }

  function receive(next, pieces, pixels) {
    if (state.frame === null || next.reset) { trail = emptyTrail(next.keep || 1) }
    // A part of a window that moves along is the same part of it.
    if (next.reset === "all") { state.view = null }
    if (state.view?.x && next.moves && state.frame?.moves) { state.view = {...state.view, x: movedAlong(state.view.x, state.frame.x, next.x)} }
    state.frame = next
    state.log = {x: next.log.includes("x"), y: next.log.includes("y"), z: next.log.includes("z")}
    if (next.log.length) { toLogarithms(next, pieces, state.log) }
    curves = next.append ? pieces.slice(1) : pieces
    if (next.append && pieces.length) { trail = extend(trail, pieces[0], next.keep) }
    if (pixels) { image.take({...next.image, values: pixels}) }
    if (next.table) { table.show(next.table, state.face?.description ?? "") }
    marks.take(next.marks)
    stale = fresh = true
    const shape = next.table ? "table" : next.space ? "space" : "flat"
    if (shape !== state.shape) { state.shape = shape; retool() }
  }

  const limits = () => {
    const {view, frame, log, area} = state
    const given = {x: view?.x ?? frame.x, y: view?.y ?? frame.y, log}
    return frame.equal && !log.x && !log.y ? {...equalScales(given, area), log} : given
  }
  state.limits = limits

  function paint(now) {
    const frame = state.frame
    const asTable = Boolean(frame?.table)
    if (rows.hidden === asTable) {
      rows.hidden = !asTable
      canvas.hidden = asTable
    }
    if (sheet.clientWidth === 0 || state.face === null) { return }
    const spinning = !asTable && frame?.space && space.spin(now)
    if (spinning) { again() }
    if (!stale) { return }
    stale = false
    if (!asTable) { paintCanvas() }
    if (frame === null) { return }
    if (words.textContent !== frame.words) { words.textContent = frame.words }
    if (!asTable) { spoken.tell(now, state.face, frame, limits()) }
    if (fresh) {
      fresh = false
      frames += 1
      canvas.dataset.frames = frames
      canvas.dataset.edits = frame.edits
    }
  }

  function paintCanvas() {
    const width = canvas.clientWidth, height = canvas.clientHeight
    const ratio = window.devicePixelRatio || 1
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    ink.setTransform(ratio, 0, 0, ratio, 0, 0)
    ink.clearRect(0, 0, width, height)
    const {frame, face} = state
    if (frame === null) { return }
    const colours = palette()
    const size = Math.max(12, Math.min(19, 9 + width / 110)) * type()
    if (frame.space) {
      const labels = [face.x_label, face.y_label, face.z_label ?? ""]
      state.area = {left: 0, top: 0, width, height}
      space.draw(ink, {limits: frame, labels, log: state.log, width, height, size, ratio, colours, trail, curves, points: frame.points, marker: frame.marker, cursor: located})
      drawLegend(ink, curves, state.area, size, colours)
      if (frame.notice) { drawNotice(ink, frame.notice, state.area, size, colours) }
      return
    }
    paintFlat(width, height, size, colours)
  }

  function paintFlat(width, height, size, colours, resized = false) {
    const {frame, face} = state
    const {x, y, log} = limits()
    const below = frame.marks ? MARK_HEIGHT : 0
    const before = state.area
    const area = state.area = drawAxes(ink, {x, y, log, rows: frame.rows, width, height, size, colours, labels: [face.x_label, face.y_label], below})
    // Equal scales depend on the room that the numbers beside the axes leave.
    if (frame.equal && Math.abs(area.width - before.width) + Math.abs(area.height - before.height) > 2 && !resized) {
      ink.clearRect(0, 0, width, height)
      paintFlat(width, height, size, colours, true)
      return
    }
    ink.save()
    ink.beginPath()
    ink.rect(area.left, area.top, area.width, area.height)
    ink.clip()
    if (frame.image) { image.draw(ink, area, {x, y}) }
    drawReferences(ink, frame.lines, area, {x, y, log}, size, colours)
    drawCurves(x, y, colours)
    drawCursor(x, y, colours)
    if (state.box) { drawBoxZoom(colours) }
    ink.restore()
    drawLegend(ink, curves, area, size, colours)
    if (frame.notice) { drawNotice(ink, frame.notice, area, size, colours) }
    // The mouse may rest while the axis moves along.
    if (state.pointer && !state.moving) { tell(state.pointer) }
    if (state.pointer) { drawReadout(ink, state.pointer, area, {x, y, log}, size, colours) }
    if (frame.marks) { marks.place(x, area, log.x) }
    // Scales are equal on the area that was there before the axes were drawn.
    if (frame.equal && Math.abs(area.width / area.height - before.width / before.height) > 0.02) { again() }
  }

  function drawCurves(x, y, colours) {
    const {frame, log, area} = state
    const down = -area.height / (y[1] - y[0])
    const origin = log.x ? 0 : frame.origin
    const scale = {
      x: area.width / (x[1] - x[0]), y: down, logY: log.y,
      thick: type(), left: area.left + (origin - x[0]) * area.width / (x[1] - x[0]),
      top: area.top + area.height - y[0] * down,
    }
    scale.zero = scale.top
    for (const curve of curves) {
      if (frame.points && !curve.style) { curve.style = "points" }
      drawCurve(ink, curve, scale, area, colours)
    }
    state.marker = null
    if (!frame.append || trail.end === trail.start) { return }
    if (frame.points) { drawCloud(ink, trail, scale, colours) } else { drawTrail(ink, trail, scale, colours.trail) }
    const place = frame.marker ?? [trail.x[trail.end - 1], trail.y[trail.end - 1]]
    const at = {x: scale.left + place[0] * scale.x, y: scale.top + place[1] * scale.y}
    if (!Number.isFinite(at.x + at.y)) { return }
    state.marker = at
    const held = state.kicking
    drawDot(ink, held?.x ?? at.x, held?.y ?? at.y, colours.marker, colours.halo, held ? 7.5 : 5.5)
    if (frame.kick) { canvas.dataset.marker = `${Math.round(at.x)},${Math.round(at.y)}` }
  }

  function drawCursor(x, y, colours) {
    const {frame, area, log} = state
    ink.strokeStyle = colours.axis
    ink.lineWidth = 1
    if (frame.time_axis && cursor !== null) {
      const across = area.left + ((log.x ? Math.log10(cursor) : cursor) - x[0]) / (x[1] - x[0]) * area.width
      ink.beginPath()
      ink.moveTo(across, area.top)
      ink.lineTo(across, area.top + area.height)
      ink.stroke()
    }
    if (located) {
      const [u, v] = located.map((value, k) => log["xy"[k]] ? Math.log10(value) : value)
      const across = area.left + (u - x[0]) / (x[1] - x[0]) * area.width
      const down = area.top + area.height - (v - y[0]) / (y[1] - y[0]) * area.height
      if (Number.isFinite(across + down)) { drawDot(ink, across, down, "transparent", colours.axis, 6) }
    }
  }

  function drawBoxZoom(colours) {
    const {x, y, to} = state.box
    ink.strokeStyle = colours.axis
    ink.setLineDash([4, 3])
    ink.strokeRect(Math.min(x, to.x), Math.min(y, to.y), Math.abs(to.x - x), Math.abs(to.y - y))
    ink.setLineDash([])
    ink.globalAlpha = 0.12
    ink.fillStyle = colours.trail
    ink.fillRect(Math.min(x, to.x), Math.min(y, to.y), Math.abs(to.x - x), Math.abs(to.y - y))
    ink.globalAlpha = 1
  }

  function locate(place) {
    if (JSON.stringify(place) === JSON.stringify(located)) { return }
    located = place
    again()
  }

  function follow(t) {
    if (t === cursor) { return }
    cursor = t
    if (state.frame?.time_axis) { again() }
  }

  const tell = handlePointer(canvas, state, {again, send, point})
  handleKeys(canvas, state, {again, send})
  return {element, dress, retool, repaint, receive, refuse, paint, touch, follow, locate, state, head, headHeight: () => head.offsetHeight, width: () => Math.max(1, Math.round(sheet.clientWidth))}
}

// A part of a window, moved as the window has; another length of the window is asked for to be seen.
function movedAlong(part, [start, end], [left, right]) {
  const resized = Math.abs((right - left) / (end - start) - 1) > 1e-6
  return resized ? undefined : part.map((at) => at + right - end)
}

// Limits with as much of a unit to a pixel along both axes: one of them is widened.
function equalScales({x, y}, {width, height}) {
  const unit = Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height)
  const widened = ([low, high], pixels) => {
    const middle = (low + high) / 2
    return [middle - unit * pixels / 2, middle + unit * pixels / 2]
  }
  return {x: widened(x, width), y: widened(y, height)}
}

// On a logarithmic axis limits and curves are kept as decimal logarithms.
function toLogarithms(frame, pieces, log) {
  const written = (values, origin) => values.map((value) => value + origin > 0 ? Math.log10(value + origin) : NaN)
  for (const axis of ["x", "y", "z"]) {
    if (!log[axis] || !frame[axis]) { continue }
    const high = Math.log10(frame[axis][1])
    frame[axis] = [frame[axis][0] > 0 ? Math.log10(frame[axis][0]) : high - 6, high]
    for (const piece of pieces) { if (piece[axis]) { piece[axis] = written(piece[axis], axis === "x" ? frame.origin : 0) } }
    const place = "xyz".indexOf(axis)
    if (frame.marker) { frame.marker[place] = Math.log10(frame.marker[place]) }
  }
  // A band's upper end is another height.
  if (log.y && !frame.space) { for (const piece of pieces) { if (piece.z) { piece.z = written(piece.z, 0) } } }
}
