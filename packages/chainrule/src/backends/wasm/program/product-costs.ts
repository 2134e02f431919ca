/** Nanoseconds to move a float32 into a panel: along its line, or across. */
export const copying = 0.12;
export const turning = 0.25;
