import * as v from "valibot";
import { uuidSchema } from "../../shared/ids.ts";
import { line, metadataSchema, nameSchema } from "../../shared/text.ts";

export const emailSchema = v.pipe(
  v.string(),
  v.maxLength(254, "at most 254 characters"),
  v.email("an e-mail address"),
  v.toLowerCase(),
);

/** 10 to 128 code points. */
export const passwordSchema = v.pipe(
  v.string(),
  v.check((text) => {
    const { length } = [...text];
    return length >= 10 && length <= 128;
  }, "10 to 128 characters"),
);

export const registration = v.strictObject({
  email: emailSchema,
  password: passwordSchema,
  name: nameSchema,
  region: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/, "a region's name"))),
});

export const userPatch = v.strictObject({
  name: v.optional(nameSchema),
  metadata: v.optional(metadataSchema),
});

/** A password that is too short or too long for us is simply wrong, so that old rules lock nobody out. */
export const credentials = v.strictObject({
  email: v.pipe(v.string(), v.maxLength(254, "at most 254 characters"), line, v.toLowerCase()),
  password: v.pipe(v.string(), v.maxLength(1_024, "at most 1024 characters")),
  cookie: v.optional(v.literal(true)),
});

const mailedToken = v.pipe(v.string(), v.maxLength(512, "a token from a mail"));

/** The current one may be as old rules had it. */
export const passwordChange = v.strictObject({
  currentPassword: credentials.entries.password,
  newPassword: passwordSchema,
});

export const resetRequest = v.strictObject({ email: credentials.entries.email });

export const passwordReset = v.strictObject({ token: mailedToken, password: passwordSchema });

export const verification = v.strictObject({ token: mailedToken });

export const refreshInput = v.strictObject({ refreshToken: v.pipe(v.string(), v.maxLength(512, "a refresh token")) });

export const sessionParam = v.object({ id: uuidSchema });

export const userSchema = v.pipe(
  v.object({
    id: uuidSchema,
    email: v.string(),
    name: v.string(),
    role: v.picklist(["customer", "operator", "admin"]),
    region: v.string(),
    emailVerified: v.boolean(),
    metadata: v.record(v.string(), v.string()),
    createdAt: v.string(),
  }),
  v.metadata({ ref: "User" }),
);

export const tokensSchema = v.pipe(
  v.object({
    accessToken: v.string(),
    tokenType: v.literal("Bearer"),
    /** Seconds. */
    expiresIn: v.number(),
    /** Left out where the refresh token went into the cookie. */
    refreshToken: v.optional(v.string()),
  }),
  v.metadata({ ref: "Tokens" }),
);

export const sessionSchema = v.pipe(
  v.object({
    id: uuidSchema,
    createdAt: v.string(),
    lastUsedAt: v.string(),
    userAgent: v.string(),
    address: v.string(),
    current: v.boolean(),
  }),
  v.metadata({ ref: "Session" }),
);

const handedOver = v.array(v.record(v.string(), v.unknown()));

/** All that is kept of a user; orders, payments and notifications are as their own routes show them. */
export const exportSchema = v.pipe(
  v.object({
    exportedAt: v.string(),
    user: userSchema,
    /** Also those that ended, for as long as they are kept. */
    sessions: v.array(v.object({ ...sessionSchema.pipe[0].entries, endedAt: v.nullable(v.string()) })),
    orders: handedOver,
    payments: handedOver,
    notifications: handedOver,
    auditLog: handedOver,
  }),
  v.metadata({ ref: "Export" }),
);

export const keySetSchema = v.object({ keys: v.array(v.record(v.string(), v.string())) });

export type Registration = v.InferOutput<typeof registration>;
export type UserPatch = v.InferOutput<typeof userPatch>;
export type Credentials = v.InferOutput<typeof credentials>;
export type PasswordChange = v.InferOutput<typeof passwordChange>;
export type PasswordReset = v.InferOutput<typeof passwordReset>;
export type User = v.InferOutput<typeof userSchema>;
export type Session = v.InferOutput<typeof sessionSchema>;
