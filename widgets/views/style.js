// How plots, their heads and what arranges them look.

const STYLE = `
:host { display: block; position: relative; width: 100%; height: 100%; min-height: 160px; }
.screen { position: absolute; inset: 0; --type: 1; --text: calc(var(--type) * clamp(14px, 0.45vw + 8px, 19px));
  display: flex; flex-direction: column; }
.panes { position: relative; flex: 1; min-height: 0; overflow: hidden auto; }
.plot { position: absolute; display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.plot[hidden] { display: none; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 5px; padding: 2px calc(var(--tools) * 24px * var(--type) + 4px) 4px 10px;
  position: relative; min-height: calc(30px * var(--type)); font: 500 var(--text) system-ui, sans-serif; }
.title { font: inherit; margin: 0; font-weight: 600; letter-spacing: .01em; }
.spread { margin-left: auto; }
.head label { display: inline-flex; align-items: center; gap: 4px; font-weight: 400; }
.head label > span { opacity: .72; }
.head label, .head button { font-size: .93em; }
.head button, .head select, .head input { font: inherit; font-weight: 500; color: inherit; height: calc(26px * var(--type));
  padding: 0 6px; border-radius: 7px; background: transparent;
  border: 1px solid color-mix(in srgb, currentColor 24%, transparent); }
.head select option { color: CanvasText; background: Canvas; }
.head input { width: calc(60px * var(--type)); appearance: textfield; }
.head input::-webkit-inner-spin-button { appearance: none; margin: 0; }
.head select { max-width: 12em; padding: 0 3px; field-sizing: content; }
.head button { cursor: pointer; }
.head button:hover, .head select:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
.head :focus-visible, canvas:focus-visible { outline: 2px solid #56b4e9; outline-offset: 1px; }
.head button[aria-pressed] { display: inline-flex; align-items: center; gap: 6px; }
.head button[aria-pressed]::before { content: ""; width: 14px; height: 3px; border-radius: 2px;
  background: var(--swatch); }
.head button[aria-pressed="false"] { opacity: .7; }
.head button[aria-pressed="false"]::before { background: currentColor; opacity: .5; }
.words { font-variant-numeric: tabular-nums; font-weight: 500; min-width: 0; }
.head .refused { flex-basis: 100%; font-size: .88em; font-weight: 500; color: #b3261e; }
.dark .head .refused { color: #ff9d8f; }
.head [aria-invalid] { border-color: #d55e00; }
.head input[type="text"] { width: auto; max-width: 15em; font-variant-ligatures: none; }
.sheet { position: relative; flex: 1; min-height: 0; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: crosshair; }
.rows { position: absolute; inset: 0; overflow: auto; }
.rows[hidden], canvas[hidden], .strip[hidden], .tip[hidden], .mark[hidden] { display: none; }
table { border-collapse: collapse; margin: 0 10px; width: calc(100% - 20px);
  font: 500 var(--text) system-ui, sans-serif; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; opacity: .78; padding: 4px 16px 4px 0; }
td { text-align: right; padding: 4px 0; }
tr { border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.strip { position: absolute; left: 0; right: 0; height: 14px; overflow: hidden; }
.mark { position: absolute; left: 0; top: 0; height: 14px; padding: 0 4px; border: 0; background: none; color: inherit;
  cursor: help; width: calc(var(--long) + 8px); }
.mark::before { content: ""; display: block; height: 7px; border-radius: 2px; background: #d55e00; min-width: 3px; }
.dark .mark::before { background: #e69f00; }
.mark:focus-visible { outline: 2px solid #56b4e9; outline-offset: -2px; }
.tip { position: absolute; bottom: 34px; max-width: 92%; padding: 3px 8px; border-radius: 6px; pointer-events: none;
  font: 500 13px system-ui, sans-serif; color: #ffffff; background: #26323e; z-index: 2; }
.bar { display: flex; align-items: center; gap: 8px; padding: 0 4px 2px 10px; font: 500 var(--text) system-ui, sans-serif; }
.bar[hidden] { display: none; }
.bar .refused { color: #b3261e; }
.dark .bar .refused { color: #ff9d8f; }
.icon, .bar button { font: inherit; color: inherit; background: transparent; border: 1px solid transparent; cursor: pointer;
  border-radius: 7px; height: calc(26px * var(--type)); width: calc(24px * var(--type)); padding: 0; display: inline-flex;
  align-items: center; justify-content: center; }
.bar button { width: auto; padding: 0 8px; gap: 5px; border-color: color-mix(in srgb, currentColor 24%, transparent); margin-left: auto; }
.icon { opacity: .7; }
.icon:hover, .bar button:hover, .icon[aria-expanded="true"] { opacity: 1; background: color-mix(in srgb, currentColor 10%, transparent); }
.head .icon { border-color: transparent; padding: 0; }
.head .icon[aria-pressed]::before { content: none; }
.head .icon[aria-pressed="false"] { opacity: .7; }
.head .icon[aria-pressed="true"] { opacity: 1; background: color-mix(in srgb, currentColor 16%, transparent); }
.icon svg, .bar svg { width: calc(16px * var(--type)); height: calc(16px * var(--type)); fill: none; stroke: currentColor; stroke-width: 1.6;
  stroke-linecap: round; stroke-linejoin: round; }
.tools { display: inline-flex; position: absolute; right: 2px; top: 2px; }
.movable .title { cursor: grab; touch-action: none; user-select: none; }
.menu { position: absolute; z-index: 5; min-width: 190px; max-width: min(380px, 94%); max-height: 80%; overflow: auto; padding: 5px; border-radius: 9px;
  font: 500 var(--text) system-ui, sans-serif; color: inherit; background: var(--ground);
  border: 1px solid color-mix(in srgb, currentColor 24%, transparent); box-shadow: 0 8px 26px rgba(0, 0, 0, .28); }
.menu button { display: block; width: 100%; text-align: left; font: inherit; color: inherit; background: none; border: 0; border-radius: 6px;
  padding: 5px 9px; cursor: pointer; min-height: 30px; }
.menu button:hover, .menu button:focus-visible { background: color-mix(in srgb, currentColor 12%, transparent); outline: none; }
.menu button[aria-disabled="true"] { cursor: default; }
.menu button[aria-disabled="true"] .name { opacity: .62; }
.menu small { display: block; font-weight: 400; font-size: .86em; opacity: .8; }
.divider { position: absolute; z-index: 1; touch-action: none; }
.divider::after { content: ""; position: absolute; inset: 4px; border-radius: 3px; }
.divider:hover::after, .divider:focus-visible::after, .divider.held::after { background: color-mix(in srgb, #56b4e9 60%, transparent); }
.divider:focus-visible { outline: 2px solid #3a9bd9; outline-offset: -2px; }
.divider[aria-orientation="vertical"] { cursor: col-resize; }
.divider[aria-orientation="horizontal"] { cursor: row-resize; }
.target { position: absolute; z-index: 4; border-radius: 8px; pointer-events: none; background: rgba(86, 180, 233, .26); border: 2px solid #56b4e9; }
.target[hidden] { display: none; }
.empty { position: absolute; inset: 0; display: grid; place-items: center; opacity: .7; font: 400 var(--text) system-ui, sans-serif; }
.empty[hidden] { display: none; }
`
