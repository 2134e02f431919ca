import type { ComponentChildren } from "preact";

interface Props {
  readonly title: string;
  readonly children: ComponentChildren;
}

export const Section = ({ title, children }: Props) => (
  <section class="part">
    <h2>{title}</h2>
    {children}
  </section>
);

export const Note = ({ children }: { readonly children: ComponentChildren }) => <p class="dim">{children}</p>;
