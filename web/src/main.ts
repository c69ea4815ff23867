import '@fontsource-variable/inter/wght.css'
import './styles/tokens.css'
import './styles/components.css'
import './styles/pages.css'
import './styles/patient.css'
import './styles/phone.css'
import './styles/print.css'
import { mount } from 'svelte'
import App from './App.svelte'

const target = document.getElementById('app')
if (target) mount(App, { target })
