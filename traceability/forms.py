"""What the forms of traceability share."""

from wtforms import Form

from core.errors import AppError


def show_error(form: Form, error: AppError) -> None:
    """Put what a use case refused beside the field it is about, or on top of the form when it names none."""
    field = form._fields.get(error.field or "")
    if field is None:
        form.form_errors.append(str(error.message))
    else:
        field.errors = [*field.errors, str(error.message)]
