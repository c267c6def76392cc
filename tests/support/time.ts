/** What is promised within a second may take so long where other work holds the machine up. */
export const busySecondMs = 2_500;
