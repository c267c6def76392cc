import { html } from "hono/html";

/** A page to try the API: Swagger UI from the package's own assets, no CDN. */
export function docsPage() {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Headroom API</title>
    <link rel="stylesheet" href="/assets/swagger-ui.css" />
  </head>
  <body>
    <div id="api"></div>
    <script src="/assets/swagger-ui-bundle.js"></script>
    <script>
      SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true });
    </script>
  </body>
</html>`;
}
