// Knobs: a number to type and a slider, coarse, whose steps grow with the value.

import type { LabData } from "./data.ts";

const STEPS = 1000;

/** The values that are set now, and whether any is not the lab's own. */
export interface Setting {
  readonly values: Record<string, number>;
  readonly turned: boolean;
}

/** The knobs of a panel; `changed` hears of every turn. */
export function knobsOf(panel: HTMLElement, data: LabData, changed: () => void): () => Setting {
  const inputs = new Map<string, HTMLInputElement>();
  for (const row of panel.querySelectorAll<HTMLElement>("[data-knob]")) {
    const name = row.dataset.knob ?? "";
    const knob = data.knobs[name];
    const [number, slider] = row.querySelectorAll("input");
    if (!knob || !number || !slider) continue;
    inputs.set(name, number);
    const place = () => {
      slider.value = String(positionOf(Number(number.value), knob));
      slider.setAttribute("aria-valuetext", number.value);
      row.classList.toggle("turned", Number(number.value) !== knob.value);
    };
    slider.addEventListener("input", () => {
      number.value = String(valueAt(Number(slider.value), knob));
      place();
      changed();
    });
    number.addEventListener("change", () => {
      const value = Number(number.value) || knob.value;
      number.value = String(Math.min(knob.to, Math.max(knob.from, value)));
      place();
      changed();
    });
    place();
  }
  return () => {
    const entries = [...inputs].map(([name, input]) => [name, Number(input.value)] as const);
    const turned = entries.some(([name, value]) => value !== data.knobs[name]?.value);
    return { values: Object.fromEntries(entries), turned };
  };
}

interface Range {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** Logarithmic where the range spans more than a factor of ten, else even. */
function isLogarithmic({ from, to }: Range): boolean {
  return from > 0 && to / from > 10;
}

function positionOf(value: number, knob: Range): number {
  const { from, to } = knob;
  const share = isLogarithmic(knob)
    ? Math.log(value / from) / Math.log(to / from)
    : (value - from) / (to - from);
  return Math.round(share * STEPS);
}

function valueAt(position: number, knob: Range): number {
  const { from, to, value } = knob;
  const share = position / STEPS;
  // The default is a place that the slider finds again.
  if (Math.abs(position - positionOf(value, knob)) <= STEPS / 100) return value;
  const exact = isLogarithmic(knob) ? from * (to / from) ** share : from + (to - from) * share;
  const isWhole = Number.isInteger(from) && Number.isInteger(value);
  return isWhole ? Math.round(exact) : Number(exact.toPrecision(2));
}
