import type { ApplyingConsumer } from "../../../platform/events/consumer.ts";
import { addRecords } from "./store.ts";

/** Keeps the audit log. */
export const keepRecords: ApplyingConsumer<"audit.recorded"> = {
  service: "identity",
  name: "identity.audit-log",
  apply: (_scope, tx, events) => addRecords(tx, events),
};
