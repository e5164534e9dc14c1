/** A colour that a page may set, with its own light and dark values otherwise. */
function colour(name: string, light: string, dark: string): string {
  return `var(--${name}, light-dark(${light}, ${dark}))`;
}

const INK = colour("ink", "#16181d", "#e8eaee");
const SOFT = colour("soft", "#5b6270", "#a3aab8");
const FAINT = colour("faint", "#8b92a0", "#737b8c");
const LINE = colour("line", "#e3e6eb", "#2a2e36");
const CARD = colour("card", "#ffffff", "#171a20");
const BROKEN = colour("broken", "#b3361b", "#f08a6c");
const OPEN = colour("open", "#8a6d1a", "#dcb95a");
const OPEN_WASH = colour("open-wash", "#f8f1dc", "#2b2413");

/** One for each lifeline that a client may have. */
const CLIENTS = [
  colour("a2", "#2b4bd6", "#8ea2ff"),
  colour("a3", "#0b6e4f", "#5cc79d"),
  colour("a4", "#8a2f8f", "#d692dc"),
  colour("a5", "#0d6f8f", "#63c3e0"),
  colour("a6", "#8f5310", "#dfa25c"),
  colour("a1", "#68707f", "#9aa3b2"),
];

/** The style sheet of every diagram. The halo round a label keeps it legible on a line. */
export const STYLE = [
  ".spacetime{color-scheme:light dark}",
  ".spacetime text{font:11.5px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}",
  `.spacetime .name{font-weight:600;fill:${INK};text-anchor:middle}`,
  `.spacetime .time{fill:${FAINT};text-anchor:end}`,
  `.spacetime .label{fill:${INK};text-anchor:middle;paint-order:stroke;stroke:${CARD};stroke-width:4px;stroke-linejoin:round}`,
  `.spacetime .life{stroke:${LINE};stroke-width:1.5}`,
  ".spacetime path{fill:none}",
  ".spacetime .arrow{stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}",
  `.spacetime .fault{stroke:${BROKEN};stroke-width:1.6}`,
  `.spacetime .fault-label{fill:${BROKEN}}`,
  `.spacetime .note{stroke:${FAINT};stroke-dasharray:2 4}`,
  `.spacetime .note-label{fill:${SOFT}}`,
  `.spacetime .fold{stroke:${LINE};stroke-dasharray:1 5;stroke-width:2;stroke-linecap:round}`,
  `.spacetime .fold-label,.spacetime .omission{fill:${FAINT}}`,
  `.spacetime .band{fill:${OPEN_WASH}}`,
  `.spacetime .on-band{stroke:${OPEN_WASH}}`,
  `.spacetime .why{fill:${OPEN}}`,
  ...CLIENTS.map((client, place) => `.spacetime .c${place}{color:${client}}`),
].join("\n");
