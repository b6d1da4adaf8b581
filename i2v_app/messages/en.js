// Every catalogue of this language, as one.
export default Object.assign({}, ...Object.values(import.meta.glob("./*.en.json", { eager: true, import: "default" })));
