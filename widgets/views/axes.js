// Axes of a flat plot: ticks, grid, labels, and what is written on them.
//
// On a logarithmic axis every place, limits included, is the decimal logarithm of the value.

function drawAxes(ink, {x, y, log, rows, width, height, size, colours, labels, below}) {
  ink.font = `${size}px system-ui, sans-serif`
  const yTicks = rows ? rowTicks(ink, rows, width / 3, height / size) : axisTicks(y, log.y, Math.max(2, height / (size * 4)))
  const gutter = Math.max(...yTicks.map(({text}) => ink.measureText(text).width), size)
  const area = {left: gutter + size * 2.1, top: size * 0.6}
  area.width = Math.max(10, width - area.left - size * 0.9)
  area.height = Math.max(10, height - area.top - size * 2.9 - below)
  const xTicks = axisTicks(x, log.x, Math.max(2, area.width / (size * 7)))
  const bottom = area.top + area.height
  const px = (value) => area.left + (value - x[0]) / (x[1] - x[0]) * area.width
  const py = (value) => bottom - (value - y[0]) / (y[1] - y[0]) * area.height

  ink.strokeStyle = colours.grid
  ink.lineWidth = 1
  ink.beginPath()
  for (const {at} of xTicks) { ink.moveTo(px(at), area.top); ink.lineTo(px(at), bottom) }
  for (const {at} of yTicks) { ink.moveTo(area.left, py(at)); ink.lineTo(area.left + area.width, py(at)) }
  ink.stroke()

  ink.fillStyle = colours.axis
  ink.textBaseline = "top"
  ink.textAlign = "center"
  for (const {at, text} of xTicks) {
    // The outermost labels stay on the canvas.
    const half = ink.measureText(text).width / 2
    ink.fillText(text, Math.min(Math.max(px(at), half), width - half), bottom + size * 0.35 + below)
  }
  ink.textAlign = "right"
  ink.textBaseline = "middle"
  for (const {at, text} of yTicks) { ink.fillText(text, area.left - size * 0.4, py(at)) }
  ink.font = labelFont(size)
  ink.textAlign = "center"
  ink.textBaseline = "bottom"
  ink.fillText(shortened(ink, labels[0], 1.4 * area.width), area.left + area.width / 2, height - 1, area.width)
  ink.save()
  ink.translate(size * 0.2, area.top + area.height / 2)
  ink.rotate(-Math.PI / 2)
  ink.textBaseline = "top"
  // A long one is set narrower, and cut where that does not do.
  const tall = area.height + size
  ink.fillText(shortened(ink, labels[1], 1.4 * tall), 0, 0, tall)
  ink.restore()
  return area
}

const labelFont = (size) => `italic ${size * 1.05}px "STIX Two Text", "Times New Roman", Georgia, serif`

// Names of rows at 1, 2, …, from the bottom: as many as there is room for, and none wider than that.
function rowTicks(ink, names, widest, lines) {
  const each = Math.max(1, Math.ceil(1.3 * names.length / lines))
  return names.map((name, k) => ({at: k + 1, text: shortened(ink, name, widest)})).filter((_, k) => (names.length - 1 - k) % each === 0)
}

function shortened(ink, name, widest) {
  if (ink.measureText(name).width <= widest) { return name }
  let length = name.length - 1
  while (length > 1 && ink.measureText(`${name.slice(0, length)}…`).width > widest) { length -= 1 }
  return `${name.slice(0, length)}…`
}

function axisTicks(limits, log, about) {
  if (log) { return logTicks(limits[0], limits[1], about) }
  const values = ticks(limits[0], limits[1], about)
  return values.map((at) => ({at, text: tickText(at, values)}))
}

// Multiples of 1, 2 or 5 times a power of ten.
function ticks(low, high, about) {
  const rough = (high - low) / about
  const decade = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((m) => m * decade).find((s) => s >= rough)
  const found = []
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step && found.length < 100; k++) { found.push(k * step) }
  return found.length ? found : [low]
}

// Whole decades, every second, third … where there are many; within few of them also 2 and 5 times.
function logTicks(low, high, about) {
  const step = Math.max(1, Math.ceil((high - low) / about))
  const found = []
  const few = high - low < about / 2.5
  for (let decade = Math.floor(low / step) * step; decade <= high; decade += step) {
    for (const times of few ? [1, 2, 5] : [1]) {
      const at = decade + Math.log10(times)
      if (at >= low - 1e-9 && at <= high + 1e-9) { found.push({at, text: powerText(times, decade)}) }
    }
  }
  if (found.length > 1) { return found }
  // Less than a decade: steps of the values themselves.
  const values = ticks(10 ** low, 10 ** high, about).filter((value) => value > 0)
  return values.map((value) => ({at: Math.log10(value), text: tickText(value, values)}))
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

const raised = (power) => [...String(power)].map((c) => c === "-" ? "⁻" : RAISED[Number(c)]).join("")

function powerText(times, decade) {
  if (Math.abs(decade) <= 3) { return String(Number((times * 10 ** decade).toPrecision(3))) }
  return times === 1 ? `10${raised(decade)}` : `${times}·10${raised(decade)}`
}

function tickText(value, all) {
  const step = all.length > 1 ? Math.abs(all[1] - all[0]) : Math.abs(value) || 1
  const largest = Math.max(...all.map(Math.abs))
  const none = Math.abs(value) < step * 1e-6
  if (none && (largest >= 1e6 || step < 1e-5)) { return "0" }
  if (largest >= 1e9 || step < 1e-5) {
    // So many digits that neighbours differ.
    const digits = Math.max(0, Math.min(15, Math.floor(Math.log10(largest) + 1e-9) - Math.floor(Math.log10(step) + 1e-9)))
    const [front, power] = value.toExponential(digits).split("e")
    return `${Number(front)}·10${raised(Number(power))}`.replace(/^-/, "−")
  }
  if (largest >= 1e6 && step >= 1) { return Math.round(value).toLocaleString("en").replace("-", "−") }
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return (none ? 0 : value).toFixed(digits).replace("-", "−")
}

// A value to as many digits as a reader can tell apart on an axis of these limits.
function readingText(place, limits, log) {
  if (log) { return (10 ** place).toPrecision(3).replace("-", "−") }
  const span = Math.abs(limits[1] - limits[0]) || 1
  const largest = Math.max(Math.abs(limits[0]), Math.abs(limits[1]))
  const text = largest >= 1e6 || span < 1e-6
    ? place.toExponential(3) : place.toFixed(Math.max(0, Math.min(8, 3 - Math.floor(Math.log10(span)))))
  return text.replaceAll("-", "−")
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

// Lines at chosen values, dashed, with words at their end.
function drawReferences(ink, lines, area, {x, y, log}, size, colours) {
  ink.save()
  ink.strokeStyle = ink.fillStyle = colours.faint
  ink.lineWidth = 1.2
  ink.font = `${size * 0.9}px system-ui, sans-serif`
  for (const {axis, at, words} of lines) {
    const place = log[axis] ? Math.log10(at) : at
    const limits = axis === "x" ? x : y
    const part = (place - limits[0]) / (limits[1] - limits[0])
    if (!(part >= 0 && part <= 1)) { continue }
    ink.setLineDash([5, 4])
    ink.beginPath()
    if (axis === "x") {
      const across = area.left + part * area.width
      ink.moveTo(across, area.top)
      ink.lineTo(across, area.top + area.height)
    } else {
      const up = area.top + (1 - part) * area.height
      ink.moveTo(area.left, up)
      ink.lineTo(area.left + area.width, up)
    }
    ink.stroke()
    if (!words) { continue }
    ink.fillStyle = colours.axis
    if (axis === "x") {
      const across = area.left + part * area.width
      const before = part > 0.6
      ink.textAlign = before ? "right" : "left"
      ink.textBaseline = "top"
      ink.fillText(words, across + (before ? -4 : 4), area.top + 3)
    } else {
      const up = area.top + (1 - part) * area.height
      ink.textAlign = "left"
      ink.textBaseline = part > 0.9 ? "top" : "bottom"
      ink.fillText(words, area.left + 5, up + (part > 0.9 ? 2 : -2))
    }
  }
  ink.restore()
}

// The names of the curves that have one, where a colour alone would have to be remembered.
function drawLegend(ink, curves, area, size, colours) {
  const named = curves.filter((curve) => curve.label)
  if (!named.length) { return }
  ink.font = `${size * 0.92}px system-ui, sans-serif`
  ink.textAlign = "left"
  ink.textBaseline = "middle"
  const line = size * 1.35
  const rows = named.slice(0, Math.max(1, Math.floor((area.height - size) / line)))
  const wide = Math.max(...rows.map(({label}) => ink.measureText(label).width)) + size * 2.4
  const left = area.left + 6
  ink.globalAlpha = 0.78
  ink.fillStyle = colours.ground
  ink.fillRect(left, area.top + 4, wide, rows.length * line + 4)
  ink.globalAlpha = 1
  rows.forEach((curve, k) => {
    const middle = area.top + 6 + (k + 0.5) * line
    ink.fillStyle = inkOf(curve.color, colours)
    const dot = curve.style === "points" || curve.style === "ticks"
    if (dot) { ink.fillRect(left + size * 0.7, middle - 3, 6, 6) } else { ink.fillRect(left + size * 0.3, middle - 1.5, size * 1.3, 3) }
    ink.fillStyle = colours.axis
    ink.fillText(curve.label, left + size * 2, middle)
  })
}
