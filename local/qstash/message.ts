/** How a callback is sent: what `Upstash-Callback-*` or `Upstash-Failure-Callback-*` headers asked for. */
export type CallbackOptions = {
  method: string;
  header: Record<string, string[]>;
  retries?: number;
  retryDelayExpression?: string;
  timeoutMs?: number;
};

/** What a publisher decides about a message, apart from where it goes and when. */
export type MessageOptions = {
  method: string;
  /** Headers the receiver gets. */
  header: Record<string, string[]>;
  maxRetries: number;
  retryDelayExpression?: string;
  timeoutMs?: number;
  callback?: string;
  callbackOptions?: CallbackOptions;
  failureCallback?: string;
  failureCallbackOptions?: CallbackOptions;
  flowControlKey?: string;
  parallelism?: number;
  rate?: number;
  /** Seconds. */
  period?: number;
  label?: string;
  labels?: string[];
  redact?: string[];
};

/** A message as it is stored (without its body) and, but for the options of callbacks, shown by the API. */
export type Message = MessageOptions & {
  messageId: string;
  url: string;
  topicName?: string;
  endpointName?: string;
  queueName?: string;
  scheduleId?: string;
  callerIP: string;
  /** Milliseconds since 1970, as is createdAt. */
  notBefore: number;
  createdAt: number;
};

/** A message taken for delivery. */
export type ClaimedMessage = { seq: number; retried: number; message: Message; body: Uint8Array };

export function newMessageId(): string {
  return `msg_${crypto.randomUUID().replaceAll("-", "")}`;
}
