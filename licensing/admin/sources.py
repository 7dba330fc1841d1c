"""The form of an edition: a source that could make no key is refused while it is set up, not when somebody waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError

from licensing.keys.sources.options import check_options
from licensing.models import Edition

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Edition]
else:
    ModelForm = forms.ModelForm


class EditionForm(ModelForm):
    def _post_clean(self) -> None:
        """After the values were put onto the edition. Django has no public place there for checks across fields."""
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        if self.errors:
            return
        try:
            check_options(self.instance)
        except ValidationError as problem:
            for field, messages in problem.message_dict.items():
                self.add_error(field if field in self.fields else None, messages)
