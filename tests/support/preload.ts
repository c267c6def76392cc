import { afterAll, setDefaultTimeout } from "bun:test";
import { closeShop } from "./shop.ts";

setDefaultTimeout(30_000);
afterAll(closeShop);
