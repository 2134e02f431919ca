export { Button } from "./Button.tsx";
export { Dialog } from "./Dialog.tsx";
export { Field, type FieldProps } from "./Field.tsx";
export { Hint } from "./Hint.tsx";
export { NumberField } from "./NumberField.tsx";
export { Select } from "./Select.tsx";
export { Slider } from "./Slider.tsx";
export { Tabs } from "./Tabs.tsx";
export { Toggle } from "./Toggle.tsx";
