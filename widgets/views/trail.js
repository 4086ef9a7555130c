// The trail: the latest points of a curve, in arrays twice as long as needed, so that adding points
// moves the others only now and then and allocates nothing.

function emptyTrail(keep) {
  const room = () => new Float32Array(2 * keep)
  return {x: room(), y: room(), z: room(), start: 0, end: 0, keep}
}

function extend(trail, piece, keep) {
  if (keep !== trail.keep) {
    const next = emptyTrail(keep)
    const count = Math.min(keep, trail.end - trail.start)
    for (const axis of ["x", "y", "z"]) { next[axis].set(trail[axis].subarray(trail.end - count, trail.end)) }
    next.end = count
    trail = next
  }
  const fresh = Math.min(piece.x.length, keep)
  const full = trail.end + fresh > trail.x.length
  const kept = Math.min(trail.end - trail.start, keep)
  for (const axis of ["x", "y", "z"]) {
    const values = trail[axis]
    if (full) { values.copyWithin(0, trail.end - kept, trail.end) }
    if (piece[axis]) { values.set(piece[axis].subarray(piece.x.length - fresh), full ? kept : trail.end) }
  }
  if (full) {
    trail.start = 0
    trail.end = kept
  }
  trail.end += fresh
  trail.start = Math.max(trail.start, trail.end - keep)
  return trail
}
