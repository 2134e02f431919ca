// uPlot asks for a number format in the browser's language while it is loaded. On systems without one, some browsers call it
// "en-US@posix", which no format knows: the plot would not load. Its labels are our own, so any language will do.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}
