// One state under its name, for the parts that are JSX, as specimen.py has it for the others.

export function Specimen({ state, children }) {
  return (
    <div className="specimen">
      <h3 className="specimen-name">{state}</h3>
      {children}
    </div>
  );
}

// A Tuesday noon in spring, as in cards.py, in milliseconds, and lengths of time from there.
export const NOON = 1_776_772_800_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const sample = (name) => `/samples/${name}-small.webp`;
export const nothing = () => {};
