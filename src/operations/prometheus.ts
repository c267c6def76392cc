export type Labels = Readonly<Record<string, string>>;

interface Sample {
  /** Appended to the metric's name. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A metric in Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

/** A figure that goes up and down; `help` says what it is of. */
export function gauge(name: string, help: string, value: number): Metric {
  return { name, help, type: "gauge", samples: [{ labels: {}, value }] };
}

/** Figures that only grow, from the start of the process on. */
export function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: "counter", samples };
}

/** `buckets` holds what fell between each bound and the one before it, and at its end what was past the last. */
export function histogram(
  name: string,
  help: string,
  bounds: readonly number[],
  rows: readonly { readonly labels: Labels; readonly buckets: readonly number[]; readonly sum: number }[],
): Metric {
  const samples = rows.flatMap(({ labels, buckets, sum }): Sample[] => {
    let count = 0;
    const cumulative = buckets.map((of, index): Sample => {
      count += of;
      return { suffix: "_bucket", labels: { ...labels, le: String(bounds[index] ?? "+Inf") }, value: count };
    });
    return [...cumulative, { suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: count }];
  });
  return { name, help, type: "histogram", samples };
}

/** All of it as text; `common` stands on every sample. */
export function prometheusText(metrics: readonly Metric[], common: Labels): string {
  const lines = metrics.flatMap(({ name, help, type, samples }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ suffix = "", labels, value }) => `${name}${suffix}${written({ ...common, ...labels })} ${value}`),
  ]);
  return `${lines.join("\n")}\n`;
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n");
}
