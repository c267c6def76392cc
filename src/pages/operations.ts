import { html } from "hono/html";

/** Where an operator looks. */
export const operations = {
  title: "Headroom operations",
  body: html`<h1>Operations</h1>
    <p>Log in as an operator by <code>POST /v1/sessions</code>; the token opens:</p>
    <ul>
      <li><code>GET /v1/ops/overview</code>: each service, its events that wait and those that are dead</li>
      <li><code>GET /v1/ops/dead-events</code>: what the queue gave up on, and why</li>
      <li><code>POST /v1/ops/dead-events/:id/replay</code>: one of them once more</li>
      <li><code>POST /v1/ops/replays</code>: what a consumer missed between two moments</li>
    </ul>
    <p>Without it: <a href="/healthz">is the process alive</a>, <a href="/readyz">may it get requests</a>.
      A monitor reads <code>/metrics</code> with METRICS_TOKEN. All of it can be tried at <a href="/docs">/docs</a>.</p>`,
};
