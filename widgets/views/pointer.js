// Mouse, pen and fingers on a plot's picture: shift, zoom, turn, kick, read.

const GRIP = {mouse: 14, pen: 20, touch: 26}   // how near the moving point it can be taken hold of

function handlePointer(canvas, state, {again, send, point}) {
  const fingers = new Map()
  let last = null
  let pending = 0
  let thrown = null

  const where = (event) => {
    const bounds = canvas.getBoundingClientRect()
    return {x: event.clientX - bounds.left, y: event.clientY - bounds.top}
  }
  const inside = ({x, y}, area) => x >= area.left && x <= area.left + area.width && y >= area.top && y <= area.top + area.height

  function byMarker(at, kind) {
    const {marker, frame} = state
    return Boolean(frame?.kick && marker && !frame.space && Math.hypot(at.x - marker.x, at.y - marker.y) <= (GRIP[kind] ?? GRIP.mouse))
  }

  // The latest place of the point that is being dragged, once a painted frame.
  function kick(at) {
    const {area, frame} = state
    const {x, y, log} = state.limits()
    const value = (limits, part, logarithmic) => {
      const place = limits[0] + part * (limits[1] - limits[0])
      return logarithmic ? 10 ** place : place
    }
    const {x: along, y: up} = frame.kick
    const marker = state.marker
    state.kicking = {x: along ? at.x : marker.x, y: up ? at.y : marker.y}
    thrown = {}
    if (along) { thrown[along] = value(x, (at.x - area.left) / area.width, log.x) }
    if (up) { thrown[up] = value(y, 1 - (at.y - area.top) / area.height, log.y) }
    pending ||= requestAnimationFrame(throwIt)
  }

  function throwIt() {
    pending = 0
    if (thrown) { send("kick", thrown) }
    thrown = null
  }

  function tell(at) {
    const {frame, area} = state
    if (!frame?.time_axis) { return }
    if (at === null || !inside(at, area)) { point(null); return }
    const {x, log} = state.limits()
    const place = x[0] + (at.x - area.left) / area.width * (x[1] - x[0])
    point(log.x ? 10 ** place : place)
  }

  canvas.addEventListener("wheel", (event) => {
    if (!state.frame || state.frame.table) { return }
    event.preventDefault()
    const factor = Math.exp(event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015))
    if (state.frame.space) { state.space.zoomBy(1 / factor) } else { zoomAt(state, where(event), factor) }
    again()
  }, {passive: false})

  canvas.addEventListener("pointerdown", (event) => {
    if (!state.frame) { return }
    canvas.setPointerCapture(event.pointerId)
    const at = last = where(event)
    fingers.set(event.pointerId, at)
    state.pointer = at
    state.box = null
    if (fingers.size === 1 && event.button === 0) {
      if (byMarker(at, event.pointerType)) { state.kicking = {...state.marker} } else if (!state.frame.space && (state.boxing || event.shiftKey)) { state.box = {...at, to: at} }
    }
    again()
  })

  canvas.addEventListener("pointermove", (event) => {
    if (!state.frame) { return }
    const at = where(event)
    const before = fingers.get(event.pointerId)
    state.pointer = at
    if (before && fingers.size === 2) {
      pinch(event.pointerId, at)
    } else if (before && state.kicking) {
      kick(at)
    } else if (before && state.box) {
      state.box.to = at
    } else if (before && last) {
      drag(last, at)
    }
    state.moving = Boolean(before)
    if (before) { fingers.set(event.pointerId, at) } else { tell(at) }
    last = at
    canvas.style.cursor = state.kicking ? "grabbing" : byMarker(at, event.pointerType) ? "grab" : state.frame.space ? "move" : ""
    again()
  })

  function drag(from, to) {
    if (state.frame.space) {
      state.space.turnBy((from.x - to.x) * -0.008, (to.y - from.y) * 0.008)
    } else {
      shiftBy(state, (from.x - to.x) / state.area.width, (to.y - from.y) / state.area.height)
    }
  }

  function pinch(id, at) {
    const [other] = [...fingers].filter(([key]) => key !== id).map(([, place]) => place)
    const before = fingers.get(id)
    const span = (a) => Math.max(8, Math.hypot(a.x - other.x, a.y - other.y))
    const factor = span(before) / span(at)
    const middle = {x: (at.x + other.x) / 2, y: (at.y + other.y) / 2}
    state.box = state.kicking = null
    if (state.frame.space) { state.space.zoomBy(1 / factor) } else { zoomAt(state, middle, factor) }
  }

  function lift(event) {
    fingers.delete(event.pointerId)
    if (state.box) { zoomInto(state) }
    if (state.kicking) {
      if (pending) { cancelAnimationFrame(pending); throwIt() }
      state.kicking = null
    }
    state.moving = false
    state.box = last = null
    if (event.pointerType !== "mouse") { state.pointer = null; tell(null) }
    again()
  }
  canvas.addEventListener("pointerup", lift)
  canvas.addEventListener("pointercancel", lift)
  canvas.addEventListener("pointerleave", () => { state.pointer = null; tell(null); again() })
  canvas.addEventListener("dblclick", () => { state.view = null; state.space.home(); again(); state.fit && send("fit", true) })
  return tell
}

function look(state, next) {
  state.view = state.face.zoom_x ? next : {y: next.y}
}

// Zoom about a place; over an axis' numbers, along that axis alone.
function zoomAt(state, at, factor) {
  const {area} = state
  const {x, y} = state.limits()
  const zoom = (range, part) => range.map((end) => end + (range[0] + part * (range[1] - range[0]) - end) * (1 - factor))
  const besideY = at.x < area.left, belowX = at.y > area.top + area.height
  look(state, {
    x: besideY ? x : zoom(x, (at.x - area.left) / area.width),
    y: belowX ? y : zoom(y, 1 - (at.y - area.top) / area.height),
  })
}

function shiftBy(state, across, up) {
  const {x, y} = state.limits()
  const shift = (range, part) => range.map((end) => end + part * (range[1] - range[0]))
  look(state, {x: shift(x, across), y: shift(y, up)})
}

function zoomInto(state) {
  const {area, box} = state
  const {x, y} = state.limits()
  if (Math.abs(box.to.x - box.x) < 5 && Math.abs(box.to.y - box.y) < 5) { return }
  const part = (value, from, length) => Math.max(0, Math.min(1, (value - from) / length))
  const cut = (range, a, b) => a === b ? range : [Math.min(a, b), Math.max(a, b)].map((p) => range[0] + p * (range[1] - range[0]))
  look(state, {
    x: cut(x, part(box.x, area.left, area.width), part(box.to.x, area.left, area.width)),
    y: cut(y, 1 - part(box.y, area.top, area.height), 1 - part(box.to.y, area.top, area.height)),
  })
}
