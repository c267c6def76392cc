/** What is promised within a second may take so long, in ms, where other work holds the machine up. */
export const aBusySecond = 2_500;
