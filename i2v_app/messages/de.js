// Every catalogue of this language, as one.
export default Object.assign({}, ...Object.values(import.meta.glob("./*.de.json", { eager: true, import: "default" })));
