import { afterAll } from "bun:test";
import { closeShop } from "./shop.ts";

afterAll(closeShop);
