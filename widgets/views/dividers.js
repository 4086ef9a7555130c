// The gaps between plots: dragged, or moved by the arrow keys, they change widths and heights.

const SMALLEST_SHARE = 0.05

function makeDividers(panes, order, preview) {
  const bars = []

  // A gap's neighbours share what they have together in another way.
  function place(columns, spots, layout) {
    const gaps = []
    columns.forEach((column, number) => {
      const next = columns[number + 1]
      const spot = spots.get(column.panes[0].id)
      if (next) {
        gaps.push({across: true, at: {left: spot.left + spot.width, top: 0, width: GAP.x, height: panes.clientHeight},
          length: spot.width + spots.get(next.panes[0].id).width, first: number, label: `Width of columns ${number + 1} and ${number + 2}`})
      }
      column.panes.slice(0, -1).forEach((pane, k) => {
        const {left, top, width, height} = spots.get(pane.id)
        gaps.push({across: false, at: {left, top: top + height, width, height: GAP.y},
          length: height + spots.get(column.panes[k + 1].id).height, first: number, pane: k, label: `Height of ${pane.id} and ${column.panes[k + 1].id}`})
      })
    })
    gaps.forEach((gap, k) => dress(bars[k] ?? makeBar(k), gap, layout))
    for (const bar of bars.splice(gaps.length)) { bar.element.remove() }
  }

  function makeBar(k) {
    const element = document.createElement("div")
    element.className = "divider"
    element.setAttribute("role", "separator")
    element.tabIndex = 0
    const bar = bars[k] = {element, gap: null, layout: null, from: null}
    element.addEventListener("pointerdown", (event) => {
      if (event.button) { return }
      bar.from = {at: bar.gap.across ? event.clientX : event.clientY, share: shareOf(bar), length: bar.gap.length}
      element.setPointerCapture(event.pointerId)
      element.classList.add("held")
      event.preventDefault()
    })
    element.addEventListener("pointermove", (event) => {
      if (!bar.from) { return }
      const moved = (bar.gap.across ? event.clientX : event.clientY) - bar.from.at
      preview(shared(bar, bar.from.share + moved / bar.from.length))
    })
    const end = () => {
      if (!bar.from) { return }
      bar.from = null
      element.classList.remove("held")
      commit(bar)
    }
    element.addEventListener("pointerup", end)
    element.addEventListener("pointercancel", end)
    element.addEventListener("dblclick", () => { preview(shared(bar, 0.5)); commit(bar) })
    element.addEventListener("keydown", (event) => {
      const keys = bar.gap.across ? {ArrowLeft: -1, ArrowRight: 1} : {ArrowUp: -1, ArrowDown: 1}
      if (!keys[event.key] || event.altKey) { return }
      event.preventDefault()
      event.stopPropagation()
      preview(shared(bar, shareOf(bar) + 0.04 * keys[event.key]))
      commit(bar)
    })
    panes.append(element)
    return bar
  }

  function dress(bar, gap, layout) {
    const {element} = bar
    bar.gap = gap
    bar.layout = layout
    element.setAttribute("aria-orientation", gap.across ? "vertical" : "horizontal")
    element.setAttribute("aria-label", gap.label)
    element.setAttribute("aria-valuenow", String(Math.round(100 * shareOf(bar))))
    for (const [name, value] of Object.entries(gap.at)) { element.style[name] = `${value}px` }
  }

  const pair = ({gap, layout}) => gap.across
    ? [layout.columns[gap.first], layout.columns[gap.first + 1], "width"]
    : [layout.columns[gap.first].panes[gap.pane], layout.columns[gap.first].panes[gap.pane + 1], "height"]

  function shareOf(bar) {
    const [one, other, what] = pair(bar)
    return one[what] / (one[what] + other[what])
  }

  // The layout with the first neighbour's part of both changed.
  function shared(bar, part) {
    const next = structuredClone(bar.layout)
    const [one, other, what] = pair({gap: bar.gap, layout: next})
    const both = one[what] + other[what]
    one[what] = both * Math.max(0.1, Math.min(0.9, part))
    other[what] = both - one[what]
    if (Math.min(one[what], other[what]) < SMALLEST_SHARE) { return bar.layout }
    return next
  }

  function commit(bar) {
    const {gap, layout} = bar
    const [one, other] = pair(bar)
    order({
      do: "resize",
      widths: gap.across ? [[gap.first, one.width], [gap.first + 1, other.width]] : [],
      heights: gap.across ? [] : [[one.id, one.height], [other.id, other.height]],
    })
    bar.layout = layout
  }

  return {place}
}
