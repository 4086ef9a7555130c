// Keys on a plot's picture: arrows shift or turn, + and − zoom, Home fits; in space r turns by
// itself and o flattens the perspective.

function handleKeys(canvas, state, {again, send}) {
  canvas.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight ArrowUp ArrowDown + - Home")
  canvas.addEventListener("keydown", (event) => {
    const {frame, space, area} = state
    if (!frame || frame.table || event.ctrlKey || event.metaKey || event.altKey) { return }
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key]
    const middle = {x: area.left + area.width / 2, y: area.top + area.height / 2}
    if (step && frame.space) {
      space.turnBy(step[0] * 0.08, step[1] * 0.08)
    } else if (step) {
      shiftBy(state, step[0] * 0.1, step[1] * 0.1)
    } else if (event.key === "+" || event.key === "=" || event.key === "-") {
      const factor = event.key === "-" ? 1.25 : 0.8
      if (frame.space) { space.zoomBy(1 / factor) } else { zoomAt(state, middle, factor) }
    } else if (event.key === "Home") {
      state.view = null
      space.home()
      if (state.fit) { send("fit", true) }
    } else if (event.key === "r" && frame.space) {
      space.pose.spinning = !space.pose.spinning
    } else if (event.key === "o" && frame.space) {
      space.pose.flat = !space.pose.flat
    } else {
      return
    }
    event.preventDefault()
    event.stopPropagation()
    again()
  })
}
