// What a live plot draws with; joined with plot.js and screen.js to one module.

const BANDS = 20

function drawAxes(ink, {x, y, width, height, size, colours, labels}) {
  ink.font = `${size}px system-ui, sans-serif`
  const yTicks = ticks(y[0], y[1], Math.max(2, height / (size * 4)))
  const gutter = Math.max(...yTicks.map((value) => ink.measureText(tickText(value, yTicks)).width), size)
  const area = {left: gutter + size * 2.1, top: size * 0.6}
  area.width = Math.max(10, width - area.left - size * 0.9)
  area.height = Math.max(10, height - area.top - size * 2.9)
  const xTicks = ticks(x[0], x[1], Math.max(2, area.width / (size * 7)))
  const bottom = area.top + area.height
  const px = (value) => area.left + (value - x[0]) / (x[1] - x[0]) * area.width
  const py = (value) => bottom - (value - y[0]) / (y[1] - y[0]) * area.height

  ink.strokeStyle = colours.grid
  ink.lineWidth = 1
  ink.beginPath()
  for (const value of xTicks) { ink.moveTo(px(value), area.top); ink.lineTo(px(value), bottom) }
  for (const value of yTicks) { ink.moveTo(area.left, py(value)); ink.lineTo(area.left + area.width, py(value)) }
  ink.stroke()

  ink.fillStyle = colours.axis
  ink.textBaseline = "top"
  ink.textAlign = "center"
  for (const value of xTicks) {
    const text = tickText(value, xTicks)
    // The outermost labels stay on the canvas.
    const half = ink.measureText(text).width / 2
    ink.fillText(text, Math.min(Math.max(px(value), half), width - half), bottom + size * 0.35)
  }
  ink.textAlign = "right"
  ink.textBaseline = "middle"
  for (const value of yTicks) { ink.fillText(tickText(value, yTicks), area.left - size * 0.4, py(value)) }
  ink.font = `italic ${size * 1.05}px "STIX Two Text", "Times New Roman", Georgia, serif`
  ink.textAlign = "center"
  ink.textBaseline = "bottom"
  ink.fillText(labels[0], area.left + area.width / 2, height - 1)
  ink.save()
  ink.translate(size * 0.2, area.top + area.height / 2)
  ink.rotate(-Math.PI / 2)
  ink.textBaseline = "top"
  ink.fillText(labels[1], 0, 0)
  ink.restore()
  return area
}

// A sentence in the middle of an empty picture, in as many lines as it takes.
function drawNotice(ink, text, area, size, colours) {
  ink.font = `${size}px system-ui, sans-serif`
  ink.fillStyle = colours.axis
  ink.textAlign = "center"
  ink.textBaseline = "middle"
  const lines = [""]
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (lines.at(-1) && ink.measureText(longer).width > area.width - 2 * size) { lines.push(word) } else { lines[lines.length - 1] = longer }
  }
  const middle = area.top + area.height / 2 - (lines.length - 1) * 0.7 * size
  lines.forEach((line, k) => ink.fillText(line, area.left + area.width / 2, middle + k * 1.4 * size))
}

// Multiples of 1, 2 or 5 times a power of ten.
function ticks(low, high, about) {
  const rough = (high - low) / about
  const decade = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((m) => m * decade).find((s) => s >= rough)
  const found = []
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) { found.push(k * step) }
  return found.length ? found : [low]
}

function tickText(value, all) {
  const step = all.length > 1 ? Math.abs(all[1] - all[0]) : Math.abs(value) || 1
  const largest = Math.max(...all.map(Math.abs))
  if (largest >= 1e6 || step < 1e-5) { return value.toExponential(2).replace("-", "\u2212") }
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const text = (Math.abs(value) < step * 1e-6 ? 0 : value).toFixed(digits)
  return text.replace("-", "\u2212")
}

function drawLine(ink, x, y, scale, colour) {
  ink.strokeStyle = colour
  ink.lineWidth = 1.5
  ink.lineJoin = "round"
  ink.beginPath()
  for (let i = 0; i < x.length; i++) { ink.lineTo(scale.left + x[i] * scale.x, scale.top + y[i] * scale.y) }
  ink.stroke()
}

function drawPoints(ink, x, y, scale, colour, radius) {
  ink.fillStyle = colour
  const side = 2 * radius
  for (let i = 0; i < x.length; i++) {
    ink.fillRect(scale.left + x[i] * scale.x - radius, scale.top + y[i] * scale.y - radius, side, side)
  }
}

// A curve that fades towards its past, in a few bands of equal opacity.
function drawTrail(ink, trail, scale, colour) {
  const count = trail.end - trail.start
  ink.strokeStyle = colour
  ink.lineJoin = "round"
  const bands = Math.min(BANDS, Math.max(1, count >> 2))
  for (let band = 0; band < bands; band++) {
    const from = trail.start + Math.floor(count * band / bands)
    const to = Math.min(trail.end, trail.start + Math.floor(count * (band + 1) / bands) + 1)
    ink.globalAlpha = 0.20 + 0.80 * ((band + 1) / bands) ** 1.6
    ink.lineWidth = band === bands - 1 ? 1.8 : 1.2
    ink.beginPath()
    for (let i = from; i < to; i++) { ink.lineTo(scale.left + trail.x[i] * scale.x, scale.top + trail.y[i] * scale.y) }
    ink.stroke()
  }
  ink.globalAlpha = 1
}

function drawCloud(ink, trail, scale, colours) {
  const count = trail.end - trail.start
  const radius = count > 4000 ? 0.75 : count > 800 ? 1.1 : 1.6
  ink.globalAlpha = 0.8
  drawPoints(ink, trail.x.subarray(trail.start, trail.end), trail.y.subarray(trail.start, trail.end), scale, colours.trail, radius)
  ink.globalAlpha = 1
}

// At the trail's end, or `at` a place that has no row yet.
function drawMarker(ink, trail, scale, colours, at) {
  if (trail.end === trail.start) { return }
  const place = at ?? [trail.x[trail.end - 1], trail.y[trail.end - 1]]
  const x = scale.left + place[0] * scale.x
  const y = scale.top + place[1] * scale.y
  ink.beginPath()
  ink.arc(x, y, 5.5, 0, 2 * Math.PI)
  ink.fillStyle = colours.marker
  ink.fill()
  ink.lineWidth = 2
  ink.strokeStyle = colours.halo
  ink.stroke()
}

function drawReadout(ink, pointer, area, {x, y}, size, colours) {
  const across = (pointer.x - area.left) / area.width
  const up = 1 - (pointer.y - area.top) / area.height
  if (across < 0 || across > 1 || up < 0 || up > 1) { return }
  const digits = (range) => Math.max(0, Math.min(8, 3 - Math.floor(Math.log10(range[1] - range[0]))))
  const text = [x, y].map((range, axis) => (range[0] + (axis ? up : across) * (range[1] - range[0])).toFixed(digits(range)))
  ink.font = `${size * 0.95}px system-ui, sans-serif`
  ink.textAlign = "right"
  ink.textBaseline = "top"
  ink.fillStyle = colours.axis
  ink.fillText(`(${text.join(", ").replaceAll("-", "\u2212")})`, area.left + area.width - 4, area.top + 3)
}
