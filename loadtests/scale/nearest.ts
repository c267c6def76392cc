/** The sample that was taken next to a moment, in milliseconds since 1970. @throws Error where there is none */
export function nearest<S extends { readonly at: number }>(samples: readonly S[], moment: number): S {
  const [best] = samples.toSorted((a, b) => Math.abs(a.at - moment) - Math.abs(b.at - moment));
  if (best === undefined) throw new Error("a watch begins with a sample");
  return best;
}
