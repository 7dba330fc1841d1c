"use strict";

(() => {
  // Swagger UI calls the field of every scheme "Value:", gives all of them one id, and focuses the last one, which scrolls
  // the first out of sight. Through its plugins it lets us draw the field ourselves.
  const namedFields = ({ React }) => {
    const part = React.createElement;

    const Bearer = ({ name, schema, authorized, onChange, getComponent, errSelectors }) => {
      const given = authorized && authorized.getIn([name, "value"]);
      const [Row, Col, Markdown, Wrong] = [
        getComponent("Row"), getComponent("Col"), getComponent("Markdown", true), getComponent("authError"),
      ];
      const id = `authorize-${name}`;
      const field = React.useRef(null);
      React.useEffect(() => {
        const first = !document.activeElement || !document.activeElement.closest(".dialog-ux");
        if (first && field.current) field.current.focus({ preventScroll: true });
      }, []);
      const errors = errSelectors.allErrors().filter((error) => error.get("authId") === name);
      return part("div", null,
        part("h4", null, part("label", { htmlFor: id }, part("code", null, name))),
        given && part("h6", null, "Authorized"),
        part(Row, null, part(Markdown, { source: schema.get("description") })),
        part(Row, null, given ? part("code", null, "******") : part(Col, null, part("input", {
          id, ref: field, type: "text", autoComplete: "off", autoCapitalize: "off", spellCheck: false,
          onChange: (event) => onChange({ name, schema, value: event.target.value }),
        }))),
        errors.valueSeq().map((error, key) => part(Wrong, { error, key })));
    };

    return {
      wrapComponents: {
        HttpAuth: (Other) => (props) => {
          const bearer = (props.schema.get("scheme") || "").toLowerCase() === "bearer";
          return part(bearer ? Bearer : Other, props);
        },
      },
    };
  };

  const place = document.getElementById("reference");
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    plugins: [namedFields],
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: false,
    validatorUrl: null,
    withCredentials: false,
  });
})();
