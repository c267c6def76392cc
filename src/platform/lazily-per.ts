/**
 * One value for each owner (an instance, a database handle), made at first use and gone with its owner. This is how a
 * module keeps state without any at import: for the process on Bun, for the isolate or the request on Workers.
 */
export function lazilyPer<Owner extends object, Value>(make: (owner: Owner) => Value): (owner: Owner) => Value {
  const values = new WeakMap<Owner, Value>();
  return (owner) => {
    const known = values.get(owner);
    if (known !== undefined) return known;
    const made = make(owner);
    values.set(owner, made);
    return made;
  };
}
