// What was changed when, as marks under a time axis; their words show at the mouse and at focus.

const ROOM = 11          // pixels that a mark has at least to itself
const MARK_HEIGHT = 14

function makeMarks(schedule) {
  const strip = document.createElement("div")
  strip.className = "strip"
  strip.setAttribute("role", "group")
  strip.setAttribute("aria-label", "Changes along the time axis")
  const tip = document.createElement("div")
  tip.className = "tip"
  tip.hidden = true
  let marks = []
  let dots = []
  let told = null

  const tell = (dot) => { told = dot; schedule(); say() }

  function say() {
    tip.hidden = told === null || told.hidden
    if (tip.hidden) { return }
    tip.textContent = told.getAttribute("aria-label")
    const across = Number(told.dataset.at)
    tip.style.left = `${Math.max(2, Math.min(across, strip.clientWidth - tip.offsetWidth - 2))}px`
  }

  function dotAt(k) {
    if (dots[k]) { return dots[k] }
    const dot = document.createElement("button")
    dot.type = "button"
    dot.className = "mark"
    dot.onpointerenter = dot.onfocus = () => tell(dot)
    dot.onpointerleave = dot.onblur = () => { if (told === dot) { tell(null) } }
    dot.onclick = () => tell(dot)
    dot.onkeydown = (event) => {
      const next = {ArrowLeft: -1, ArrowRight: 1}[event.key]
      if (!next) { return }
      event.preventDefault()
      event.stopPropagation()
      const place = dots.indexOf(dot) + next
      if (dots[place] && !dots[place].hidden) { dots[place].focus() }
    }
    dots[k] = dot
    strip.append(dot)
    return dot
  }

  // Marks that would stand on one another are one, which says them all.
  function gather(x, area, log) {
    const seen = []
    for (const mark of marks) {
      const place = (value) => area.left + ((log ? Math.log10(value) : value) - x[0]) / (x[1] - x[0]) * area.width
      const from = place(mark.t), to = place(Math.max(mark.until ?? mark.t, mark.t))
      if (!(to >= area.left && from <= area.left + area.width)) { continue }
      const last = seen.at(-1)
      if (last && from - last.from < ROOM) {
        last.to = Math.max(last.to, to)
        last.words.push(mark.words)
      } else {
        seen.push({from, to, words: [mark.words], t: mark.t})
      }
    }
    return seen
  }

  function place(x, area, log) {
    strip.style.top = `${area.top + area.height}px`
    const seen = gather(x, area, log)
    seen.forEach(({from, to, words, t}, k) => {
      const dot = dotAt(k)
      const left = Math.max(area.left, from), right = Math.min(area.left + area.width, to)
      dot.hidden = false
      dot.style.transform = `translateX(${left - 6}px)`
      dot.style.setProperty("--long", `${Math.max(5, right - left)}px`)
      dot.dataset.at = left
      dot.tabIndex = k === 0 ? 0 : -1
      const said = words.length > 4 ? [...words.slice(0, 3), `and ${words.length - 3} more`] : words
      const label = `t = ${Number(t.toPrecision(5))}: ${said.join("; ")}`
      if (dot.getAttribute("aria-label") !== label) { dot.setAttribute("aria-label", label) }
    })
    for (let k = seen.length; k < dots.length; k++) { dots[k].hidden = true }
    if (told) { say() }
  }

  function take(next) {
    marks = next ?? []
    strip.hidden = next === undefined || next === null
    if (strip.hidden) { tip.hidden = true }
  }

  return {strip, tip, take, place}
}
