// A curve in space: an orbit that is turned by hand while it goes on.
//
// The trail of up to 1e5 points is projected and painted pixel by pixel into one array of opacities:
// many times quicker than a canvas' own lines where no graphics processor helps, and nothing is
// allocated from one picture to the next.

const EYE = 5.2         // distance of the eye in half edges of the box
const HOME = {yaw: -0.72, pitch: 0.38, zoom: 1}
const SPIN = 0.25       // radians a second
const FEW = 6000        // up to here a canvas' own lines, which are thicker and smoother

function makeSpace() {
  const pose = {...HOME, spinning: false, flat: false}
  const sheet = document.createElement("canvas")
  const sheetInk = sheet.getContext("2d")
  const raster = makeRaster()
  const at = new Float64Array(12)   // rows of the projection: across, up, towards the eye
  let box = {middle: 0, centre: 0, reach: 1}
  let turned = 0

  function aim({x, y, z}, width, height, size) {
    const cy = Math.cos(pose.yaw), sy = Math.sin(pose.yaw), cp = Math.cos(pose.pitch), sp = Math.sin(pose.pitch)
    const turn = [cy, -sy, 0, sp * sy, sp * cy, cp, -cp * sy, -cp * cy, sp]
    const limits = [x, y, z]
    for (let row = 0; row < 3; row++) {
      at[4 * row] = 0
      for (let axis = 0; axis < 3; axis++) {
        const [low, high] = limits[axis]
        const part = turn[3 * row + axis] * 2 / (high - low)
        at[4 * row + 1 + axis] = part
        at[4 * row] -= part * (low + high) / 2
      }
    }
    const room = Math.max(20, Math.min(width - 5 * size, height - 4.5 * size))
    box = {middle: width / 2, centre: height / 2 - size * 0.8, reach: room / 2 / 1.55 * pose.zoom}
  }

  // Where a point lies on the sheet, and how near the eye.
  function project(x, y, z) {
    const near = at[8] + at[9] * x + at[10] * y + at[11] * z
    const grow = box.reach * (pose.flat ? 1 : EYE / Math.max(0.2, EYE - near))
    return {
      x: box.middle + grow * (at[0] + at[1] * x + at[2] * y + at[3] * z),
      y: box.centre - grow * (at[4] + at[5] * x + at[6] * y + at[7] * z), near,
    }
  }

  function turnBy(across, up) {
    pose.yaw += across
    pose.pitch = Math.max(-1.57, Math.min(1.57, pose.pitch + up))
  }

  // Let it turn by itself; returns whether it does.
  function spin(now) {
    if (!pose.spinning) { turned = 0; return false }
    if (turned) { pose.yaw += SPIN * Math.min(0.1, (now - turned) / 1000) }
    turned = now
    return true
  }

  const zoomBy = (factor) => { pose.zoom = Math.max(0.2, Math.min(40, pose.zoom * factor)) }
  const home = () => { Object.assign(pose, HOME) }

  function draw(ink, {limits, labels, log, width, height, size, ratio, colours, trail, curves, points, marker, cursor}) {
    aim(limits, width, height, size)
    drawBox(ink, {limits, labels, log, size, colours, project, at})
    const scale = Math.min(ratio, 1.5)
    for (const curve of curves) {
      const piece = {x: curve.x, y: curve.y, z: curve.z ?? new Float32Array(curve.x.length), start: 0, end: curve.x.length}
      stroke(ink, piece, {colour: inkOf(curve.color, colours), points: curve.style === "points", style: curve.style, alpha: curve.alpha ?? 1, fading: false, width, height, scale})
    }
    if (trail.end > trail.start) {
      stroke(ink, trail, {colour: colours.trail, points, style: "", alpha: 1, fading: true, width, height, scale})
      const last = trail.end - 1
      const dot = marker ?? [trail.x[last], trail.y[last], trail.z[last]]
      const {x, y, near} = project(dot[0], dot[1], dot[2])
      if (Number.isFinite(x + y)) { drawDot(ink, x, y, colours.marker, colours.halo, 5.5 * (1 + 0.12 * near)) }
    }
    if (Array.isArray(cursor)) {
      const {x, y} = project(...cursor)
      if (Number.isFinite(x + y)) { drawDot(ink, x, y, "transparent", colours.axis, 6) }
    }
  }

  function stroke(ink, piece, options) {
    const {colour, points, style, fading, alpha, width, height, scale} = options
    const count = piece.end - piece.start
    if (count <= FEW && style !== "segments") {
      strokeFew(ink, piece, {colour, points, fading, alpha})
      return
    }
    const across = Math.max(1, Math.round(width * scale)), down = Math.max(1, Math.round(height * scale))
    raster.begin(across, down)
    raster.paint(piece, {at, eye: pose.flat ? 0 : EYE, middle: box.middle * scale, centre: box.centre * scale, reach: box.reach * scale,
      points, pairs: style === "segments", fading, alpha: alpha * Math.max(0.2, Math.min(1, (FEW / count) ** 0.45))})
    raster.show(sheet, sheetInk, colour)
    ink.imageSmoothingEnabled = true
    ink.drawImage(sheet, 0, 0, width, height)
  }

  function strokeFew(ink, piece, {colour, points, fading, alpha}) {
    const count = piece.end - piece.start
    ink.strokeStyle = ink.fillStyle = colour
    ink.lineJoin = "round"
    const bands = fading ? Math.min(FADES, Math.max(1, count >> 2)) : 1
    for (let band = 0; band < bands; band++) {
      const from = piece.start + Math.floor(count * band / bands)
      const to = Math.min(piece.end, piece.start + Math.floor(count * (band + 1) / bands) + (points ? 0 : 1))
      ink.globalAlpha = alpha * (0.2 + 0.8 * ((band + 1) / bands) ** 1.6)
      ink.lineWidth = 1.4
      ink.beginPath()
      for (let i = from; i < to; i++) {
        const x = piece.x[i], y = piece.y[i], z = piece.z[i]
        const near = at[8] + at[9] * x + at[10] * y + at[11] * z
        const grow = box.reach * (pose.flat ? 1 : EYE / Math.max(0.2, EYE - near))
        const across = box.middle + grow * (at[0] + at[1] * x + at[2] * y + at[3] * z)
        const down = box.centre - grow * (at[4] + at[5] * x + at[6] * y + at[7] * z)
        if (points) { ink.fillRect(across - 1.2, down - 1.2, 2.4, 2.4) } else { ink.lineTo(across, down) }
      }
      if (!points) { ink.stroke() }
    }
    ink.globalAlpha = 1
  }

  return {pose, draw, turnBy, spin, zoomBy, home}
}

// The box around: its far sides with a grid, and along three outer edges values and names.
function drawBox(ink, {limits, labels, log, size, colours, project, at}) {
  const names = ["x", "y", "z"]
  const ends = names.map((name) => limits[name])
  const far = [0, 1, 2].map((axis) => at[9 + axis] > 0 ? 0 : 1)   // which end of each axis lies behind
  const marks = names.map((name, axis) => axisTicks(ends[axis], log[name], 4))
  const point = (values) => project(values[0], values[1], values[2])
  const line = (from, to) => {
    const a = point(from), b = point(to)
    ink.moveTo(a.x, a.y)
    ink.lineTo(b.x, b.y)
  }
  ink.lineWidth = 1
  ink.strokeStyle = colours.grid
  ink.beginPath()
  for (let side = 0; side < 3; side++) {
    const others = [0, 1, 2].filter((axis) => axis !== side)
    others.forEach((along, k) => {
      const across = others[1 - k]
      for (const {at: value} of [...marks[along], {at: ends[along][0]}, {at: ends[along][1]}]) {
        const from = [], to = []
        from[side] = to[side] = ends[side][far[side]]
        from[along] = to[along] = value
        from[across] = ends[across][0]
        to[across] = ends[across][1]
        line(from, to)
      }
    })
  }
  ink.stroke()
  const heart = point(ends.map(([low, high]) => (low + high) / 2))
  for (let along = 0; along < 3; along++) {
    const [p, q] = [0, 1, 2].filter((axis) => axis !== along)
    // An outer edge belongs to one side that is seen and one that is not.
    const edges = [[0, 1], [1, 0]].map(([a, b]) => {
      const place = []
      place[p] = ends[p][a ? far[p] : 1 - far[p]]
      place[q] = ends[q][b ? far[q] : 1 - far[q]]
      place[along] = (ends[along][0] + ends[along][1]) / 2
      return {place, seen: point(place)}
    })
    edges.sort((a, b) => along === 2 ? a.seen.x - b.seen.x : b.seen.y - a.seen.y)
    labelEdge(ink, {edge: edges[0], along, ends, marks: marks[along], label: labels[along], heart, size, colours, point})
  }
}

function labelEdge(ink, {edge, along, ends, marks, label, heart, size, colours, point}) {
  const first = [...edge.place], last = [...edge.place]
  first[along] = ends[along][0]
  last[along] = ends[along][1]
  const a = point(first), b = point(last)
  const length = Math.hypot(b.x - a.x, b.y - a.y)
  ink.strokeStyle = colours.faint
  ink.beginPath()
  ink.moveTo(a.x, a.y)
  ink.lineTo(b.x, b.y)
  ink.stroke()
  // An edge that is seen almost end on has no room for words.
  if (length < 3 * size) { return }
  let outX = -(b.y - a.y) / length, outY = (b.x - a.x) / length
  if (outX * (edge.seen.x - heart.x) + outY * (edge.seen.y - heart.y) < 0) { outX = -outX; outY = -outY }
  ink.font = `${size * 0.9}px system-ui, sans-serif`
  ink.fillStyle = colours.axis
  ink.textAlign = outX < -0.4 ? "right" : outX > 0.4 ? "left" : "center"
  ink.textBaseline = outY < -0.6 ? "bottom" : outY > 0.6 ? "top" : "middle"
  const every = Math.max(1, Math.ceil(marks.length * size * 1.6 / length))
  marks.forEach(({at: value, text}, k) => {
    if (k % every) { return }
    const place = [...edge.place]
    place[along] = value
    const seen = point(place)
    ink.fillText(text, seen.x + outX * size * 0.55, seen.y + outY * size * 0.55)
  })
  ink.font = labelFont(size)
  const off = size * (Math.abs(outX) > 0.6 ? 3.4 : 2.1)
  ink.fillText(label, edge.seen.x + outX * off, edge.seen.y + outY * off)
}
