import { html } from "hono/html";

/** Where to look: what a person sees who opens the server's address. */
export const home = {
  title: "Headroom",
  body: html`<h1>Headroom</h1>
    <p>A commerce backend with room to grow. The shop sells over its API:</p>
    <ul>
      <li><a href="/docs">Try the API</a>, described by <a href="/openapi.json">OpenAPI 3.1</a></li>
      <li><a href="/v1/products">Products</a> and <a href="/v1/categories">categories</a></li>
      <li><a href="/problems">Problems</a>: what each refusal means and what to do</li>
      <li><a href="/readyz">Readiness</a> of this instance</li>
      <li><a href="/ops">Operations</a>: where an operator looks</li>
    </ul>`,
};
