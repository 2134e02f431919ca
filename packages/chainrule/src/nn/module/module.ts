/** `Module` with all of its methods: importing this attaches those that stand in the file of their idea. */
import "./modes.ts";
import "./print.ts";
import "./state.ts";
import "./tree.ts";

export { Module } from "./base.ts";
