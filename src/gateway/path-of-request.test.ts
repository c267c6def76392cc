import { expect, test } from "bun:test";
import { pathOfRequest } from "./path-of-request.ts";

/** A request with its URL as a runtime hands it over. */
const asSent = (url: string) => Object.defineProperty(new Request("http://shop/"), "url", { value: url });

test.each([
  ["/v1/products?q=a/../b", "/v1/products"],
  ["/v1/orders/../users/me", "/v1/users/me"],
  ["/v1/%2E%2e/v1/./users/me", "/v1/users/me"],
  ["/v1/users\\me", "/v1/users/me"],
  ["/v1/orders/", "/v1/orders/"],
])("%s is the path %s on every runtime", (sent, path) => {
  expect(pathOfRequest(asSent(`http://shop${sent}`))).toBe(path);
});
