// Curves of a flat plot.  `scale` takes their numbers to pixels: left + x * scale.x.

const FADES = 20

function drawCurve(ink, curve, scale, area, colours) {
  const colour = inkOf(curve.color, colours)
  ink.globalAlpha = curve.alpha ?? 1
  if (curve.style === "points") {
    drawPoints(ink, curve.x, curve.y, scale, colour, (curve.width ?? 1.6) * scale.thick)
  } else if (curve.style === "bars") {
    drawBars(ink, curve, scale, area, colour)
  } else if (curve.style === "segments") {
    drawSegments(ink, curve, scale, colour)
  } else if (curve.style === "band") {
    drawBand(ink, curve, scale, colour)
  } else if (curve.style === "ticks") {
    drawMarks(ink, curve, scale, colour)
  } else {
    drawLine(ink, curve.x, curve.y, scale, colour, (curve.width ?? 1.5) * scale.thick)
  }
  ink.globalAlpha = 1
}

function drawLine(ink, x, y, scale, colour, width) {
  ink.strokeStyle = colour
  ink.lineWidth = width
  ink.lineJoin = "round"
  ink.beginPath()
  let broken = true
  for (let i = 0; i < x.length; i++) {
    const across = scale.left + x[i] * scale.x, down = scale.top + y[i] * scale.y
    if (across !== across || down !== down) { broken = true } else if (broken) { ink.moveTo(across, down); broken = false } else { ink.lineTo(across, down) }
  }
  ink.stroke()
}

function drawPoints(ink, x, y, scale, colour, radius) {
  ink.fillStyle = colour
  const side = 2 * radius
  for (let i = 0; i < x.length; i++) {
    ink.fillRect(scale.left + x[i] * scale.x - radius, scale.top + y[i] * scale.y - radius, side, side)
  }
}

// Between edge k and k + 1 a bar of height y[k], from 0, or from below on a logarithmic axis.
function drawBars(ink, {x, y, alpha}, scale, area, colour) {
  const bottom = area.top + area.height
  const ground = scale.logY ? bottom : Math.max(area.top, Math.min(bottom, scale.zero))
  ink.fillStyle = colour
  ink.globalAlpha = 0.78 * (alpha ?? 1)
  for (let k = 0; k + 1 < x.length; k++) {
    const left = scale.left + x[k] * scale.x
    const wide = scale.left + x[k + 1] * scale.x - left
    const top = scale.top + y[k] * scale.y
    // A hair's breadth between two bars, where there is room for it.
    if (top === top) { ink.fillRect(left, Math.min(top, ground), Math.max(1, wide - (wide > 5 ? 1 : 0)), Math.abs(ground - top)) }
  }
}

function drawSegments(ink, {x, y, width}, scale, colour) {
  ink.strokeStyle = colour
  ink.lineWidth = (width ?? 1.5) * scale.thick
  ink.lineCap = "round"
  ink.beginPath()
  for (let k = 0; k + 1 < x.length; k += 2) {
    ink.moveTo(scale.left + x[k] * scale.x, scale.top + y[k] * scale.y)
    ink.lineTo(scale.left + x[k + 1] * scale.x, scale.top + y[k + 1] * scale.y)
  }
  ink.stroke()
}

// From y up to z.
function drawBand(ink, {x, y, z, alpha}, scale, colour) {
  ink.fillStyle = colour
  ink.globalAlpha = 0.24 * (alpha ?? 1)
  let first = 0
  const count = x.length
  while (first < count) {
    while (first < count && !(x[first] === x[first] && y[first] === y[first] && z[first] === z[first])) { first += 1 }
    let end = first
    ink.beginPath()
    while (end < count && x[end] === x[end] && y[end] === y[end] && z[end] === z[end]) {
      ink.lineTo(scale.left + x[end] * scale.x, scale.top + y[end] * scale.y)
      end += 1
    }
    for (let k = end - 1; k >= first; k--) { ink.lineTo(scale.left + x[k] * scale.x, scale.top + z[k] * scale.y) }
    ink.fill()
    first = end
  }
}

// Short upright marks, as in a raster of events.
function drawMarks(ink, {x, y, width}, scale, colour) {
  const half = Math.max(3, Math.min(9, 0.36 * Math.abs(scale.y)))
  ink.strokeStyle = colour
  ink.lineWidth = (width ?? 1.4) * scale.thick
  ink.beginPath()
  for (let k = 0; k < x.length; k++) {
    const across = scale.left + x[k] * scale.x, down = scale.top + y[k] * scale.y
    ink.moveTo(across, down - half)
    ink.lineTo(across, down + half)
  }
  ink.stroke()
}

// A curve that fades towards its past, in a few bands of equal opacity.
function drawTrail(ink, trail, scale, colour) {
  const count = trail.end - trail.start
  ink.strokeStyle = colour
  ink.lineJoin = "round"
  const bands = Math.min(FADES, Math.max(1, count >> 2))
  for (let band = 0; band < bands; band++) {
    const from = trail.start + Math.floor(count * band / bands)
    const to = Math.min(trail.end, trail.start + Math.floor(count * (band + 1) / bands) + 1)
    ink.globalAlpha = 0.20 + 0.80 * ((band + 1) / bands) ** 1.6
    // A line no wider than a pixel takes a browser half as long as a slightly wider one.
    ink.lineWidth = (band === bands - 1 ? 1.8 : 1.0) * scale.thick
    ink.beginPath()
    let broken = true
    for (let i = from; i < to; i++) {
      const across = scale.left + trail.x[i] * scale.x, down = scale.top + trail.y[i] * scale.y
      if (across !== across || down !== down) { broken = true } else if (broken) { ink.moveTo(across, down); broken = false } else { ink.lineTo(across, down) }
    }
    ink.stroke()
  }
  ink.globalAlpha = 1
}

function drawCloud(ink, trail, scale, colours) {
  const count = trail.end - trail.start
  const radius = (count > 4000 ? 0.75 : count > 800 ? 1.1 : 1.6) * scale.thick
  ink.globalAlpha = 0.8
  drawPoints(ink, trail.x.subarray(trail.start, trail.end), trail.y.subarray(trail.start, trail.end), scale, colours.trail, radius)
  ink.globalAlpha = 1
}

function drawDot(ink, x, y, fill, halo, radius) {
  ink.beginPath()
  ink.arc(x, y, radius, 0, 2 * Math.PI)
  ink.fillStyle = fill
  ink.fill()
  ink.lineWidth = 2
  ink.strokeStyle = halo
  ink.stroke()
}

function drawReadout(ink, pointer, area, {x, y, log}, size, colours) {
  const across = (pointer.x - area.left) / area.width
  const up = 1 - (pointer.y - area.top) / area.height
  if (across < 0 || across > 1 || up < 0 || up > 1) { return }
  const text = [readingText(x[0] + across * (x[1] - x[0]), x, log.x), readingText(y[0] + up * (y[1] - y[0]), y, log.y)]
  ink.font = `${size * 0.95}px system-ui, sans-serif`
  ink.textAlign = "right"
  ink.textBaseline = "top"
  ink.fillStyle = colours.axis
  ink.fillText(`(${text.join(", ")})`, area.left + area.width - 4, area.top + 3)
}
