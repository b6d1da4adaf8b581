// Every catalogue of this language, as one.
export default Object.assign({}, ...Object.values(import.meta.glob("./*.es.json", { eager: true, import: "default" })));
