// What a picture shows, in words, for who cannot see it.  It is renewed seldom: words that change
// all the time cannot be listened to.

const SPOKEN_MS = 2000
let spokenPlots = 0

function makeSpoken(canvas) {
  const element = document.createElement("span")
  element.className = "spoken"
  element.id = `spoken-${spokenPlots += 1}`
  canvas.setAttribute("aria-describedby", element.id)
  let toldAt = -Infinity

  function tell(now, face, frame, limits) {
    if (now - toldAt < SPOKEN_MS) { return }
    toldAt = now
    const text = spokenWords(face, frame, limits)
    if (element.textContent !== text) { element.textContent = text }
  }
  return {element, tell}
}

function spokenWords(face, frame, {x, y}) {
  if (frame.notice) { return frame.notice }
  const along = (label, [low, high], log) =>
    `${label || "the axis"} from ${spokenNumber(low)} to ${spokenNumber(high)}${log ? ", logarithmic" : ""}`
  const axes = [along(face.x_label, x, frame.log?.includes("x")), along(face.y_label, y, frame.log?.includes("y"))]
  if (frame.space && frame.z) { axes.push(along(face.z_label, frame.z)) }
  return [`${axes.join("; ")}.`, frame.words && `${frame.words}.`].filter(Boolean).join(" ")
}

function spokenNumber(value) {
  if (value === 0 || !Number.isFinite(value)) { return String(value) }
  const size = Math.abs(value)
  const text = size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2)
  return text.replace("-", "\u2212")
}
