/** More messages than these are folded in a diagram. */
export const MOST_DRAWN = 30;
